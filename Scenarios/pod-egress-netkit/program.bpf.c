/* Sends a pod's IPv4 packets straight out of the node's NIC.
 *
 * What to notice: the program knows nothing of the pod's device. It answers bpf_redirect_neigh(), and the kernel finds
 * the next hop by its own routes and neighbours. The same object serves at netkit's peer hook, where it runs inside the
 * pod's send call, and at tcx ingress of a veth, where it runs behind the backlog (../pod-egress-veth). */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

/* The node's NIC as the kernel numbered it; whoever loads the program sets it before. */
const volatile __u32 nic_ifindex = 0;

/* Packets by what became of them. */
enum { SENT = 0, LEFT_ALONE = 1 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
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
int from_pod(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);

	/* ARP and whatever else is the stack's: TCX_NEXT and NETKIT_NEXT are the same number. */
	if ((void *)(ip + 1) > data_end || ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->version != 4) {
		count(LEFT_ALONE);
		return TCX_NEXT;
	}
	count(SENT);
	return bpf_redirect_neigh(nic_ifindex, NULL, 0, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
