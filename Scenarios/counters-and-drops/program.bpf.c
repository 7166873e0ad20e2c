/* Sends a packet towards a device that is down, once to be transmitted and once to be received there.
 *
 * What to notice: the helper doesn't look at the device; it only says what shall be done. What goes wrong later, the
 * sender never hears of. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

/* The device that is down, set before the load. */
const volatile __u32 target = 0;

SEC("netkit/peer")
int transmit_there(struct __sk_buff *skb)
{
	return bpf_redirect(target, 0);
}

SEC("netkit/peer")
int receive_there(struct __sk_buff *skb)
{
	return bpf_redirect(target, BPF_F_INGRESS);
}

char _license[] SEC("license") = "Dual BSD/GPL";
