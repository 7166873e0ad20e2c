/* Counts ICMP and ICMPv6 messages of a pod by their type, on the way out.
 *
 * What to notice: `protocol` tells the IP version before a byte of the packet is looked at. Echo request is 8 in the one
 * and 128 in the other. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} icmp SEC(".maps"), icmpv6 SEC(".maps");

static __always_inline void count(void *map, __u32 type)
{
	__u64 *messages = bpf_map_lookup_elem(map, &type);

	if (messages)
		__sync_fetch_and_add(messages, 1);
}

SEC("netkit/peer")
int see(struct __sk_buff *skb)
{
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *ethernet = (void *)(long)skb->data;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(ethernet + 1);
		struct icmphdr *message = (void *)(ip + 1);

		if ((void *)(message + 1) <= data_end && ip->ihl == 5 && ip->protocol == IPPROTO_ICMP)
			count(&icmp, message->type);
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = (void *)(ethernet + 1);
		struct icmp6hdr *message = (void *)(ip + 1);

		if ((void *)(message + 1) <= data_end && ip->nexthdr == IPPROTO_ICMPV6)
			count(&icmpv6, message->icmp6_type);
	}
	return NETKIT_NEXT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
