/* A pod asks a DNS service by an address that no machine has, and gets its answer from there.
 *
 * What to notice: two programs share a map. The one at the pod's netkit writes the server's address over the service's and
 * the node's over the pod's, and remembers whose port that was; the one at the NIC finds the pod by that port and writes
 * everything back. The pod sees the service, the server sees the node. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

#define IP_OFFSET_OF(field) (sizeof(struct ethhdr) + __builtin_offsetof(struct iphdr, field))
#define UDP_OFFSET_OF(field) (sizeof(struct ethhdr) + sizeof(struct iphdr) + __builtin_offsetof(struct udphdr, field))

/* Whoever loads the programs sets these before. */
const volatile __u32 nic_ifindex = 0;
const volatile __be32 node_address = 0;
const volatile __be32 service_address = 0;
const volatile __be32 server_address = 0;

/* Who asked, by the UDP source port that the server answers to. */
struct asker {
	__be32 address;
	__u32 ifindex;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __be16);
	__type(value, struct asker);
} askers SEC(".maps");

/* The host's end of each pod's pair, by the pod's address. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __be32);
	__type(value, __u32);
} pods SEC(".maps");

/* The packet's IPv4 and UDP headers; false where it is something else. */
static __always_inline bool is_udp(struct __sk_buff *skb, struct iphdr **ip, struct udphdr **udp)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *ethernet = data;

	*ip = (void *)(ethernet + 1);
	*udp = (void *)(*ip + 1);
	return (void *)(*udp + 1) <= data_end && ethernet->h_proto == bpf_htons(ETH_P_IP) && (*ip)->ihl == 5 &&
	       (*ip)->protocol == IPPROTO_UDP;
}

/* Writes an address, and the difference into both checksums: UDP's covers the addresses (its pseudo header). */
static __always_inline long replace(struct __sk_buff *skb, __u32 offset, __be32 from, __be32 to)
{
	long result = bpf_l4_csum_replace(skb, UDP_OFFSET_OF(check), from, to,
					  BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | sizeof(to));

	result |= bpf_l3_csum_replace(skb, IP_OFFSET_OF(check), from, to, sizeof(to));
	return result | bpf_skb_store_bytes(skb, offset, &to, sizeof(to), 0);
}

SEC("netkit/peer")
int question(struct __sk_buff *skb)
{
	struct iphdr *ip;
	struct udphdr *udp;
	struct asker asker;
	__be16 port;
	__u32 *ifindex;

	if (!is_udp(skb, &ip, &udp) || ip->daddr != service_address || udp->dest != bpf_htons(53))
		return NETKIT_NEXT;
	asker.address = ip->saddr;
	port = udp->source;
	ifindex = bpf_map_lookup_elem(&pods, &asker.address);
	if (!ifindex)
		return NETKIT_DROP;
	asker.ifindex = *ifindex;
	if (bpf_map_update_elem(&askers, &port, &asker, BPF_ANY))
		return NETKIT_DROP;
	if (replace(skb, IP_OFFSET_OF(daddr), service_address, server_address) ||
	    replace(skb, IP_OFFSET_OF(saddr), asker.address, node_address))
		return NETKIT_DROP;
	return bpf_redirect_neigh(nic_ifindex, NULL, 0, 0);
}

SEC("tcx/ingress")
int answer(struct __sk_buff *skb)
{
	struct iphdr *ip;
	struct udphdr *udp;
	struct asker *asker;
	__u32 ifindex;
	__be16 port;

	if (!is_udp(skb, &ip, &udp) || ip->saddr != server_address || udp->source != bpf_htons(53))
		return TCX_NEXT;
	port = udp->dest;
	asker = bpf_map_lookup_elem(&askers, &port);
	if (!asker)
		return TCX_NEXT;
	ifindex = asker->ifindex;
	if (replace(skb, IP_OFFSET_OF(saddr), server_address, service_address) ||
	    replace(skb, IP_OFFSET_OF(daddr), node_address, asker->address))
		return TCX_DROP;
	return bpf_redirect_peer(ifindex, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
