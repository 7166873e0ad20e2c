/* One node's half of a network of pods: out by the NIC, in from the NIC, without the node's own stack.
 *
 * What to notice: no node forwards (ip_forward is off everywhere), no packet crosses a backlog, and each node decides only
 * about its own pods. Which node has the other pods is an ordinary route, which bpf_redirect_neigh() asks for. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

/* The node's NIC as the kernel numbered it; whoever loads the program sets it before. */
const volatile __u32 nic_ifindex = 0;

/* This node's pods: the host's end of each pair. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __be32);
	__type(value, __u32);
} pods SEC(".maps");

SEC("netkit/peer")
int from_pod(struct __sk_buff *skb)
{
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return NETKIT_DROP;
	return bpf_redirect_neigh(nic_ifindex, NULL, 0, 0);
}

SEC("tcx/ingress")
int to_pod(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	__be32 address;
	__u32 *ifindex;

	if ((void *)(ip + 1) > data_end || ethernet->h_proto != bpf_htons(ETH_P_IP))
		return TCX_NEXT;
	address = ip->daddr;
	ifindex = bpf_map_lookup_elem(&pods, &address);
	if (!ifindex)
		return TCX_NEXT;
	return bpf_redirect_peer(*ifindex, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
