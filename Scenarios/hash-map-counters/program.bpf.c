/* Counts a pod's packets by flow, and by CPU.
 *
 * What to notice: a hash map has room for as many flows as it was made for. The flow after the last one gets -E2BIG, and the
 * program must know what to do then; the packet goes its way all the same. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

#define E2BIG 7

struct flow {
	__be32 destination;
	__be16 port;
	__be16 source_port;
};

struct flow_count {
	__u64 packets;
	__u64 bytes;
};

/* Three flows and no more. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 3);
	__type(key, struct flow);
	__type(value, struct flow_count);
} flows SEC(".maps");

/* Packets of flows that found no room. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} without_room SEC(".maps");

/* Packets by destination port, a value for each CPU: no CPU writes where another one does. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16);
	__type(key, __be16);
	__type(value, __u64);
} by_port SEC(".maps");

static __always_inline void count_port(__be16 port)
{
	__u64 first = 1, *count = bpf_map_lookup_elem(&by_port, &port);

	if (count)
		(*count)++;
	else
		bpf_map_update_elem(&by_port, &port, &first, BPF_NOEXIST);
}

SEC("netkit/peer")
int count_flows(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct udphdr *udp = (void *)(ip + 1);
	struct flow_count first = {.packets = 1, .bytes = skb->len}, *known;
	struct flow flow;

	if ((void *)(udp + 1) > data_end || ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_UDP)
		return NETKIT_NEXT;
	flow.destination = ip->daddr;
	flow.port = udp->dest;
	flow.source_port = udp->source;
	count_port(flow.port);

	known = bpf_map_lookup_elem(&flows, &flow);
	if (known) {
		/* Two CPUs may count the same flow at once. */
		__sync_fetch_and_add(&known->packets, 1);
		__sync_fetch_and_add(&known->bytes, skb->len);
	} else if (bpf_map_update_elem(&flows, &flow, &first, BPF_NOEXIST) == -E2BIG) {
		__u32 zero = 0;
		__u64 *count = bpf_map_lookup_elem(&without_room, &zero);

		if (count)
			__sync_fetch_and_add(count, 1);
	}
	return NETKIT_NEXT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
