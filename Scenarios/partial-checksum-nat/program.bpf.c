/* Gives a pod's datagrams the node's source address and another source port, and sends them out of the NIC.
 *
 * What to notice: the pod's stack leaves the UDP checksum to a device further on (CHECKSUM_PARTIAL). Until then the field
 * holds the sum of the pseudo header alone, so a change of an address must go into it, and a change of a port must not.
 * bpf_l4_csum_replace() knows which is which only by BPF_F_PSEUDO_HDR. Then it is right for complete checksums, too. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

#define ETHERNET_LENGTH 14
#define OFFSET_OF(type, field) __builtin_offsetof(type, field)

/* Whoever loads the program sets these before. */
const volatile __u32 nic_ifindex = 0;
const volatile __be32 node_address = 0;
const volatile __be32 node_address6[4] = {};

/* The mistakes that are made on purpose, in slot 0. */
enum { NO_MISTAKE = 0, ADDRESS_WITHOUT_FLAG = 1, PORT_WITH_FLAG = 2 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} mistake SEC(".maps");

static __always_inline int translate(struct __sk_buff *skb, __u32 udp)
{
	__u32 checksum = udp + OFFSET_OF(struct udphdr, check), zero = 0;
	/* UDP's zero means "no checksum": a result of zero is written as 0xffff, and a field of zero is left alone. */
	__u64 address_flags = BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0, port_flags = BPF_F_MARK_MANGLED_0;
	__u32 *wanted = bpf_map_lookup_elem(&mistake, &zero);
	__be16 old_port, new_port = bpf_htons(20000);

	if (wanted && *wanted == ADDRESS_WITHOUT_FLAG)
		address_flags = BPF_F_MARK_MANGLED_0;
	if (wanted && *wanted == PORT_WITH_FLAG)
		port_flags |= BPF_F_PSEUDO_HDR;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		__u32 source = ETHERNET_LENGTH + OFFSET_OF(struct iphdr, saddr);
		__be32 old, new = node_address;

		if (bpf_skb_load_bytes(skb, source, &old, sizeof(old)) ||
		    bpf_l4_csum_replace(skb, checksum, old, new, address_flags | sizeof(new)) ||
		    bpf_l3_csum_replace(skb, ETHERNET_LENGTH + OFFSET_OF(struct iphdr, check), old, new, sizeof(new)) ||
		    bpf_skb_store_bytes(skb, source, &new, sizeof(new), 0))
			return -1;
	} else {
		__u32 source = ETHERNET_LENGTH + OFFSET_OF(struct ipv6hdr, saddr);
		__be32 old[4], new[4] = {node_address6[0], node_address6[1], node_address6[2], node_address6[3]};
		__s64 difference;

		/* More than 4 bytes: the sum of the difference goes in where "to" is, with size 0. */
		if (bpf_skb_load_bytes(skb, source, old, sizeof(old)))
			return -1;
		difference = bpf_csum_diff(old, sizeof(old), new, sizeof(new), 0);
		if (difference < 0 || bpf_l4_csum_replace(skb, checksum, 0, difference, address_flags) ||
		    bpf_skb_store_bytes(skb, source, new, sizeof(new), 0))
			return -1;
	}

	if (bpf_skb_load_bytes(skb, udp, &old_port, sizeof(old_port)) ||
	    bpf_l4_csum_replace(skb, checksum, old_port, new_port, port_flags | sizeof(new_port)) ||
	    bpf_skb_store_bytes(skb, udp, &new_port, sizeof(new_port), 0))
		return -1;
	return 0;
}

SEC("netkit/peer")
int from_pod(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETHERNET_LENGTH;
	struct ipv6hdr *ip6 = data + ETHERNET_LENGTH;
	__u32 udp;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if ((void *)(ip + 1) > data_end || ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
			return NETKIT_NEXT;
		udp = ETHERNET_LENGTH + sizeof(*ip);
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		if ((void *)(ip6 + 1) > data_end || ip6->nexthdr != IPPROTO_UDP)
			return NETKIT_NEXT;
		udp = ETHERNET_LENGTH + sizeof(*ip6);
	} else {
		return NETKIT_NEXT;
	}
	if (translate(skb, udp))
		return NETKIT_DROP;
	return bpf_redirect_neigh(nic_ifindex, NULL, 0, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
