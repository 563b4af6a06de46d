// The byte loops for one instruction set; the build gives this file its flags.
#define FAASCAST_ISA_NAMESPACE isa_vnni
#define FAASCAST_ISA_NAME "x86-64-v4-vnni"
#include "workloads/kernels/int8_loops.inc"
