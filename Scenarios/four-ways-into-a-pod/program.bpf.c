/* Brings packets from the NIC into pods in four ways; the UDP destination port says which.
 *
 * What to notice: a netkit device looks at the frame's destination address when it transmits, and marks the packet as
 * another host's where it is not the pod's. bpf_redirect() changes nothing in the frame. So a type that the program at
 * the NIC sets would be overwritten on the way; the one that netkit's own program sets is the last word. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

enum { BY_STACK = 1001, BY_REDIRECT = 1002, BY_REDIRECT_AND_TYPE = 1003, BY_NEIGHBOUR = 1004 };

/* Which pod has an address: the host's end of its pair. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __be32);
	__type(value, __u32);
} pods SEC(".maps");

/* The UDP destination port and the IPv4 header; 0 where the packet is something else. */
static __always_inline __u16 port_of(struct __sk_buff *skb, struct iphdr **header)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct udphdr *udp = (void *)(ip + 1);

	if ((void *)(udp + 1) > data_end || ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_UDP)
		return 0;
	*header = ip;
	return bpf_ntohs(udp->dest);
}

SEC("tcx/ingress")
int to_pod(struct __sk_buff *skb)
{
	struct iphdr *ip;
	__u16 port = port_of(skb, &ip);
	__be32 address;
	__u32 *ifindex;

	if (!port)
		return TCX_NEXT;
	address = ip->daddr;
	ifindex = bpf_map_lookup_elem(&pods, &address);
	if (!ifindex)
		return TCX_NEXT;
	switch (port) {
	case BY_REDIRECT:
	case BY_REDIRECT_AND_TYPE:
		return bpf_redirect(*ifindex, 0);
	case BY_NEIGHBOUR:
		return bpf_redirect_neigh(*ifindex, NULL, 0, 0);
	default:
		return TCX_NEXT;
	}
}

SEC("netkit/primary")
int into_pod(struct __sk_buff *skb)
{
	struct iphdr *ip;

	if (port_of(skb, &ip) == BY_REDIRECT_AND_TYPE)
		bpf_skb_change_type(skb, PACKET_HOST);
	return NETKIT_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
