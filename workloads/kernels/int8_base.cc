// The byte loops for one instruction set; the build gives this file its flags.
#define FAASCAST_ISA_NAMESPACE isa_base
#ifdef FAASCAST_X86
#define FAASCAST_ISA_NAME "x86-64-v2"
#else
#define FAASCAST_ISA_NAME "portable"
#endif
#include "workloads/kernels/int8_loops.inc"
