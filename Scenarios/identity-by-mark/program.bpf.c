/* Says at the pod's netkit who a packet is from, and asks for it at the NIC.
 *
 * What to notice: skb->mark is the note that one program leaves for the next. It survives the backlog and the node's
 * forwarding. What the pod itself wrote there was scrubbed before from_pod ran, so nobody can pretend. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

/* Which identity may use the NIC. */
enum { FRONT_END = 7 };

/* The pods' identities, by the host's end of their pair. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u32);
} identities SEC(".maps");

/* What each of the programs saw in the mark last. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} seen SEC(".maps");

enum { AT_POD = 0, AT_NIC = 1 };

static __always_inline void note(__u32 place, __u32 mark)
{
	bpf_map_update_elem(&seen, &place, &mark, BPF_ANY);
}

SEC("netkit/peer")
int from_pod(struct __sk_buff *skb)
{
	/* At this hook the device is the host's end already. */
	__u32 host_end = skb->ifindex, *identity = bpf_map_lookup_elem(&identities, &host_end);

	note(AT_POD, skb->mark);
	if (!identity)
		return NETKIT_DROP;
	skb->mark = *identity;
	return NETKIT_PASS;
}

SEC("tcx/egress")
int leaving(struct __sk_buff *skb)
{
	/* ARP is the node's own. */
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TCX_NEXT;
	note(AT_NIC, skb->mark);
	return skb->mark == FRONT_END ? TCX_NEXT : TCX_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
