/* Two programs to attach here and there; both let everything pass.
 *
 * What to notice: nothing in the program says where it may be attached. Both hooks of a pair, and tcx, take it. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

SEC("netkit/peer")
int pass(struct __sk_buff *skb)
{
	return NETKIT_PASS;
}

SEC("netkit/peer")
int pass_too(struct __sk_buff *skb)
{
	return NETKIT_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
