/* Puts ten copies of a packet into the backlog before the packet itself gets there.
 *
 * What to notice: bpf_clone_redirect() acts at once, and while the program runs nobody empties the backlog: it takes
 * netdev_max_backlog packets and one more. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

/* Whose reception the copies go to: the node's end of the pair, set before the load. */
const volatile __u32 target = 0;

SEC("netkit/peer")
int copy_ten_times(struct __sk_buff *skb)
{
	int copy;

	for (copy = 0; copy < 10; copy++)
		bpf_clone_redirect(skb, target, BPF_F_INGRESS);
	return NETKIT_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
