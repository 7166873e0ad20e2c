/* Sends a pod's IPv4 packets out of the node's NIC, and counts them by CPU where they leave.
 *
 * What to notice: from_pod answers bpf_redirect_neigh() and is done, whether or not the next hop's link-layer address is
 * known. Where it isn't, the packet waits in the neighbour's queue, and leaving runs later, somewhere else. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

/* The node's NIC as the kernel numbered it; whoever loads the program sets it before. */
const volatile __u32 nic_ifindex = 0;

/* IPv4 packets that left the NIC, by the CPU that sent them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} left_on_cpu SEC(".maps");

SEC("netkit/peer")
int from_pod(struct __sk_buff *skb)
{
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return NETKIT_NEXT;
	return bpf_redirect_neigh(nic_ifindex, NULL, 0, 0);
}

SEC("tcx/egress")
int leaving(struct __sk_buff *skb)
{
	__u32 cpu = bpf_get_smp_processor_id();
	__u64 *count;

	/* ARP's own frames pass here, too. */
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TCX_NEXT;
	count = bpf_map_lookup_elem(&left_on_cpu, &cpu);
	if (count)
		__sync_fetch_and_add(count, 1);
	return TCX_NEXT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
