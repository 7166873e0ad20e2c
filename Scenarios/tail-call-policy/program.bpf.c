/* A pod's policy as a program array: the destination port is the index, and whatever stands there decides.
 *
 * What to notice: a tail call that succeeds never returns, and the called program's answer is the hook's. One that fails
 * (slot empty, index out of range) does return, and the program goes on in the next line. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

/* A policy for each UDP destination port; the loader fills it in. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 100);
	__type(key, __u32);
	__type(value, __u32);
} policy SEC(".maps");

/* Packets by what decided. */
enum { ALLOWED = 0, DENIED = 1, WITHOUT_POLICY = 2 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} packets SEC(".maps");

static __always_inline void count(__u32 which)
{
	__u64 *packet_count = bpf_map_lookup_elem(&packets, &which);

	if (packet_count)
		__sync_fetch_and_add(packet_count, 1);
}

SEC("tc")
int allow(struct __sk_buff *skb)
{
	count(ALLOWED);
	return NETKIT_PASS;
}

SEC("tc")
int deny(struct __sk_buff *skb)
{
	count(DENIED);
	return NETKIT_DROP;
}

SEC("netkit/peer")
int from_pod(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct udphdr *udp = (void *)(ip + 1);

	if ((void *)(udp + 1) > data_end || ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_UDP)
		return NETKIT_PASS;
	bpf_tail_call(skb, &policy, bpf_ntohs(udp->dest));

	/* Nobody answers for this port. */
	count(WITHOUT_POLICY);
	return NETKIT_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
