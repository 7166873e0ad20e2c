/* Programs whose verdict is whatever a map says, at both kinds of hooks.
 *
 * What to notice: a verdict is a number, and nothing keeps a program from returning one that the hook doesn't know. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __s32);
} verdicts SEC(".maps");

static __always_inline int answer(__u32 key)
{
	__s32 *verdict = bpf_map_lookup_elem(&verdicts, &key);

	return verdict ? *verdict : TCX_NEXT;
}

SEC("netkit/primary")
int at_netkit(struct __sk_buff *skb)
{
	return answer(0);
}

SEC("tcx/ingress")
int at_tcx(struct __sk_buff *skb)
{
	return answer(1);
}

/* Stands behind at_tcx: does it run, and what becomes of the packet? */
SEC("tcx/ingress")
int drop_behind(struct __sk_buff *skb)
{
	return TCX_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
