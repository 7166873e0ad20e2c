/* Three programs that do nothing but answer what a map tells them to, and count.
 *
 * What to notice: the same object type stands at tcx and in a legacy tc filter. Only where tcx's programs say "next" are
 * the filters asked at all, and among filters only -1 (TC_ACT_UNSPEC) asks the next one. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"
#include "bpf_endian.h"

enum { TCX = 0, FIRST = 1, SECOND = 2 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __s32);
} answers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} runs SEC(".maps");

static __always_inline int answer(struct __sk_buff *skb, __u32 who)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *ethernet = data;
	__s32 *verdict = bpf_map_lookup_elem(&answers, &who);
	__u64 *count = bpf_map_lookup_elem(&runs, &who);

	/* ARP goes its way. */
	if ((void *)(ethernet + 1) > data_end || ethernet->h_proto != bpf_htons(ETH_P_IP) || !verdict || !count)
		return TCX_NEXT;
	__sync_fetch_and_add(count, 1);
	return *verdict;
}

SEC("tcx/ingress")
int at_tcx(struct __sk_buff *skb)
{
	return answer(skb, TCX);
}

SEC("tc")
int first(struct __sk_buff *skb)
{
	return answer(skb, FIRST);
}

SEC("tc")
int second(struct __sk_buff *skb)
{
	return answer(skb, SECOND);
}

char _license[] SEC("license") = "Dual BSD/GPL";
