/* Calls of every kind: static and global subprograms in .text, nested, shared, by address, weak and hidden. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

struct sums {
	__u64 total;
	__u32 rounds;
};

enum kind { KIND_PLAIN, KIND_OTHER };

__u64 calls;

static __noinline int leaf(int value)
{
	barrier();
	return value * 3;
}

static __noinline int middle(int value)
{
	calls += 1;
	return leaf(value) + leaf(value + 1);
}

__noinline int scale(struct __sk_buff *skb, __u8 factor, struct sums *sums, enum kind kind)
{
	if (!sums)
		return 0;
	sums->total += skb->len * factor;
	return middle(factor) + kind;
}

__weak int hook(struct __sk_buff *skb)
{
	barrier();
	return skb->len;
}

__hidden __noinline int secret(__s32 value)
{
	barrier();
	return value + 1;
}

static long add_round(__u32 index, struct sums *sums)
{
	sums->rounds += index;
	return 0;
}

SEC("netkit/peer")
int outgoing(struct __sk_buff *skb)
{
	struct sums sums = {};

	scale(skb, 3, &sums, KIND_PLAIN);
	bpf_loop(4, add_round, &sums, 0);
	return sums.total + sums.rounds + leaf(skb->mark) > 10 ? NETKIT_PASS : NETKIT_DROP;
}

SEC("netkit/peer")
int second_outgoing(struct __sk_buff *skb)
{
	return leaf(skb->mark) + hook(skb) + secret(skb->ifindex);
}

SEC("?tc")
int on_request(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
