#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

struct target {
	__u8 mac[ETH_ALEN];
	__u16 port;
	__u32 address;
};

enum mode { MODE_OFF, MODE_ON = 7 };

const volatile __u32 nic_ifindex = 2;
const volatile __u8 mac[ETH_ALEN] = {2, 0, 0, 0, 0, 1};
const volatile struct target next_hop = {.mac = {1, 2, 3, 4, 5, 6}, .port = 53, .address = 0x0a000001};
const volatile bool enabled = true;
const volatile enum mode mode = MODE_ON;
__s16 threshold = -5;
__u64 packets;
static __u64 bytes_seen;
__u32 configured SEC(".data.settings") = 9;
const volatile __u32 limit SEC(".rodata.config") = 1500;
__u64 seen SEC(".bss.counters");

SEC("tcx/ingress")
int count(struct __sk_buff *skb)
{
	if (!enabled || mode != MODE_ON)
		return TCX_NEXT;
	__sync_fetch_and_add(&packets, 1);
	bytes_seen += skb->len;
	configured += 1;
	seen += 1;
	if (skb->len > limit || (__s64)skb->len < threshold)
		return TCX_DROP;
	skb->mark = next_hop.address + mac[skb->mark & 3] + bytes_seen;
	bpf_printk("packet of %u bytes", skb->len);
	return bpf_redirect(nic_ifindex, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
