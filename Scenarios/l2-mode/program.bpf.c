/* Counts what passes a netkit hook by its EtherType, and decides nothing.
 *
 * What to notice: in L2 mode ARP passes the hook like everything else. A program that drops what it doesn't know cuts
 * the pod off before its first packet. In L3 mode there is no ARP to see. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

enum { ARP = 0, IPV4 = 1, OTHER = 2 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

SEC("netkit/peer")
int see(struct __sk_buff *skb)
{
	__u32 which = OTHER;
	__u64 *count;

	if (skb->protocol == bpf_htons(ETH_P_ARP))
		which = ARP;
	else if (skb->protocol == bpf_htons(ETH_P_IP))
		which = IPV4;
	count = bpf_map_lookup_elem(&seen, &which);
	if (count)
		__sync_fetch_and_add(count, 1);
	return NETKIT_NEXT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
