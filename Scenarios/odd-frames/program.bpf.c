/* Writes down how the context describes each frame, and decides nothing.
 *
 * What to notice: a program stands before every check of the kernel. Whatever a pod sends comes by here first, however
 * broken, and `protocol` is what the sender wrote there. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

struct frame {
	__u32 length;
	__u32 protocol;
	__u32 type;
};

/* The frames in the order in which they came. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct frame);
} seen SEC(".maps");

__u32 count;

SEC("netkit/peer")
int see(struct __sk_buff *skb)
{
	struct frame frame = {.length = skb->len, .protocol = skb->protocol, .type = skb->pkt_type};
	__u32 position = count++;

	bpf_map_update_elem(&seen, &position, &frame, BPF_ANY);
	return NETKIT_NEXT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
