/* Writes down the context at every hook that a packet passes, and leaves a trace in it for the next one.
 *
 * What to notice: of what a program leaves in the context, the mark gets furthest. `cb[0]` and `tc_classid` lie in the
 * control block, which IP takes for itself when it receives a packet; `cb[4]` lies behind the part that it takes. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

enum hook {
	POD_EGRESS = 1,
	NETKIT_PEER,
	NK0_INGRESS,
	NIC_EGRESS,
	NIC_INGRESS,
	NK0_EGRESS,
	NETKIT_PRIMARY,
	POD_INGRESS,
	FAR_INGRESS,
};

struct sight {
	__u32 hook, mark, priority, protocol, type, ingress_ifindex, ifindex, length, linear, queue_mapping;
	__u32 class, tc_index, cb0, cb4;
	__u8 has_socket, has_time, has_napi, gso_segments;
};

/* What each program saw, in the order in which they ran. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct sight);
} sights SEC(".maps");

__u32 count;

/* The node's NIC, set before the load. */
const volatile __u32 nic_ifindex = 0;

static __always_inline void look(struct __sk_buff *skb, __u32 hook)
{
	/* Behind a NIC the control block holds whatever the driver left in it. */
	bool is_fresh = hook == NIC_INGRESS || hook == FAR_INGRESS;
	__u32 position = count;
	struct sight *sight = bpf_map_lookup_elem(&sights, &position);

	/* ARP and neighbour discovery are another story. */
	if (!sight || skb->protocol != bpf_htons(ETH_P_IP))
		return;
	count++;
	sight->hook = hook;
	sight->mark = skb->mark;
	sight->priority = skb->priority;
	sight->protocol = skb->protocol;
	sight->type = skb->pkt_type;
	sight->ingress_ifindex = skb->ingress_ifindex;
	sight->ifindex = skb->ifindex;
	sight->length = skb->len;
	sight->linear = skb->data_end - skb->data;
	sight->queue_mapping = skb->queue_mapping;
	sight->class = is_fresh ? 0 : skb->tc_classid;
	sight->tc_index = skb->tc_index;
	sight->cb0 = is_fresh ? 0 : skb->cb[0];
	sight->cb4 = is_fresh ? 0 : skb->cb[4];
	sight->has_socket = skb->sk != NULL;
	sight->has_time = skb->tstamp != 0;
	sight->has_napi = skb->napi_id != 0;
	sight->gso_segments = skb->gso_segs;
	skb->cb[0] = hook;
	skb->cb[4] = hook;
	skb->tc_index = hook;
}

SEC("tcx/egress")
int pod_egress(struct __sk_buff *skb)
{
	look(skb, POD_EGRESS);
	skb->tc_classid = 5;
	return TCX_NEXT;
}

SEC("netkit/peer")
int from_pod(struct __sk_buff *skb)
{
	look(skb, NETKIT_PEER);
	/* Who sent with this mark goes straight to the NIC. */
	if (skb->protocol == bpf_htons(ETH_P_IP) && skb->mark == 1)
		return bpf_redirect_neigh(nic_ifindex, NULL, 0, 0);
	skb->mark += 16;
	return NETKIT_NEXT;
}

SEC("tcx/ingress")
int nk0_ingress(struct __sk_buff *skb)
{
	look(skb, NK0_INGRESS);
	return TCX_NEXT;
}

SEC("tcx/egress")
int nic_egress(struct __sk_buff *skb)
{
	look(skb, NIC_EGRESS);
	return TCX_NEXT;
}

SEC("tcx/ingress")
int nic_ingress(struct __sk_buff *skb)
{
	look(skb, NIC_INGRESS);
	skb->mark = 32;
	skb->tc_classid = 7;
	return TCX_NEXT;
}

SEC("tcx/egress")
int nk0_egress(struct __sk_buff *skb)
{
	look(skb, NK0_EGRESS);
	return TCX_NEXT;
}

SEC("netkit/primary")
int into_pod(struct __sk_buff *skb)
{
	look(skb, NETKIT_PRIMARY);
	skb->queue_mapping = 2;
	return NETKIT_PASS;
}

SEC("tcx/ingress")
int pod_ingress(struct __sk_buff *skb)
{
	look(skb, POD_INGRESS);
	return TCX_NEXT;
}

SEC("tcx/ingress")
int far_ingress(struct __sk_buff *skb)
{
	look(skb, FAR_INGRESS);
	return TCX_NEXT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
