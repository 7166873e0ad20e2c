/* Notes a packet's mark and priority as a netkit hook sees them.
 *
 * What to notice: the scrub comes before the programs, so that they see what it left. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

struct noted {
	__u32 mark;
	__u32 priority;
};

enum { INSIDE = 0, DOWN = 1, UP = 2 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, struct noted);
} notes SEC(".maps");

static __always_inline void note(struct __sk_buff *skb, __u32 which)
{
	struct noted noted = {.mark = skb->mark, .priority = skb->priority};

	bpf_map_update_elem(&notes, &which, &noted, BPF_ANY);
}

/* Both ends in one namespace; what arrives there would be the sender's own address, so that the way ends here. */
SEC("netkit/primary")
int inside(struct __sk_buff *skb)
{
	note(skb, INSIDE);
	return NETKIT_DROP;
}

SEC("netkit/primary")
int down(struct __sk_buff *skb)
{
	note(skb, DOWN);
	return NETKIT_PASS;
}

SEC("netkit/peer")
int up(struct __sk_buff *skb)
{
	note(skb, UP);
	/* What a program sets is not scrubbed any more. */
	skb->mark = 9;
	return NETKIT_PASS;
}

/* Behind netkit, where the packet is received. */
SEC("tcx/ingress")
int received(struct __sk_buff *skb)
{
	note(skb, UP);
	return TCX_NEXT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
