// The hot loops for one instruction set; the build gives this file its flags. Eigen's namespace is
// renamed so that the linker cannot merge its templates with those of another instruction set.
#define Eigen Eigen_faascast_v3
#define FAASCAST_ISA_NAMESPACE isa_v3
#define FAASCAST_CONV_BLOCK 4
#define FAASCAST_ISA_NAME "x86-64-v3"
#include "workloads/kernels/hot_loops.inc"
