/* The very program of ../pod-egress-netkit: only where it is attached differs. */
#include "../pod-egress-netkit/program.bpf.c"
