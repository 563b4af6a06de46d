// The hot loops for one instruction set; the build gives this file its flags. Eigen's namespace is
// renamed so that the linker cannot merge its templates with those of another instruction set.
#define Eigen Eigen_faascast_base
#define FAASCAST_ISA_NAMESPACE isa_base
#define FAASCAST_CONV_BLOCK 2
#ifdef FAASCAST_X86
#define FAASCAST_ISA_NAME "x86-64-v2"
#else
#define FAASCAST_ISA_NAME "portable"
#endif
#include "workloads/kernels/hot_loops.inc"
