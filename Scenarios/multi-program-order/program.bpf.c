/* Four programs that decide nothing, for the order of a chain.
 *
 * What to notice: each leaves its number in a log, so that the order in which they ran can be read from a map. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

/* How many programs have run, and which, in order. */
__u32 runs;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u32);
} order SEC(".maps");

static __always_inline int note(__u32 number)
{
	__u32 position = runs++;

	bpf_map_update_elem(&order, &position, &number, BPF_ANY);
	return NETKIT_NEXT;
}

SEC("netkit/primary")
int one(struct __sk_buff *skb)
{
	return note(1);
}

SEC("netkit/primary")
int two(struct __sk_buff *skb)
{
	return note(2);
}

SEC("netkit/primary")
int three(struct __sk_buff *skb)
{
	return note(3);
}

SEC("netkit/primary")
int four(struct __sk_buff *skb)
{
	return note(4);
}

char _license[] SEC("license") = "Dual BSD/GPL";
