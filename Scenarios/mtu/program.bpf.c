/* Sends a pod's IPv4 packets out of the node's NIC, whatever their size.
 *
 * What to notice: bpf_redirect_neigh() asks no MTU. A program that wants to know uses bpf_check_mtu() itself. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

/* The NIC as the kernel numbered it, set before the load. */
const volatile __u32 nic_ifindex = 0;

SEC("netkit/peer")
int from_pod(struct __sk_buff *skb)
{
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return NETKIT_NEXT;
	return bpf_redirect_neigh(nic_ifindex, NULL, 0, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
