/* Looks at a packet that stands for many: once at the pod's netkit, once at the NIC's egress.
 *
 * What to notice: with UDP_SEGMENT a pod hands over one large packet, and every program on its way runs once. gso_size
 * says where it will be cut, wire_len what the pieces will take on the wire, with a copy of the headers for each. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

/* The node's NIC as the kernel numbered it; whoever loads the program sets it before. */
const volatile __u32 nic_ifindex = 0;

struct sight {
	__u32 runs;
	__u32 length;
	__u32 wire_length;
	__u32 gso_segments;
	__u32 gso_size;
};

enum { AT_POD = 0, AT_NIC = 1 };

/* What each place saw last. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct sight);
} sights SEC(".maps");

static __always_inline void look(struct __sk_buff *skb, __u32 place)
{
	struct sight *sight = bpf_map_lookup_elem(&sights, &place);

	if (!sight)
		return;
	sight->runs++;
	sight->length = skb->len;
	sight->wire_length = skb->wire_len;
	sight->gso_segments = skb->gso_segs;
	sight->gso_size = skb->gso_size;
}

SEC("netkit/peer")
int from_pod(struct __sk_buff *skb)
{
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return NETKIT_NEXT;
	look(skb, AT_POD);
	return bpf_redirect_neigh(nic_ifindex, NULL, 0, 0);
}

SEC("tcx/egress")
int leaving(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		look(skb, AT_NIC);
	return TCX_NEXT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
