/* A program that decides nothing: every packet goes to the next program, and there is none.
 *
 * What to notice: NETKIT_NEXT from the last program means pass. The device's policy is no fallback behind programs; it
 * only counts while there are none. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

__u64 packets_seen;

SEC("netkit/peer")
int say_next(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&packets_seen, 1);
	return NETKIT_NEXT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
