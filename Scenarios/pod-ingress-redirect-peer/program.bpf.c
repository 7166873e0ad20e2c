/* Hands packets for pods from the NIC straight into the pod's namespace.
 *
 * What to notice: the map names the host's end of each pair, and bpf_redirect_peer() delivers at the other end, in the
 * same softirq. The host's end sees nothing, not even its counters. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

/* Which pod has an address: the host's end of its pair. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __be32);
	__type(value, __u32);
} pods SEC(".maps");

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
