// The byte loops for one instruction set; the build gives this file its flags.
#define FAASCAST_ISA_NAMESPACE isa_v3
#define FAASCAST_ISA_NAME "x86-64-v3"
#include "workloads/kernels/int8_loops.inc"
