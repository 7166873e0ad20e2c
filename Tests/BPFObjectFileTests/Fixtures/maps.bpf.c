/* Every attribute that a map definition can have. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

struct flow {
	__be32 source;
	__be32 destination;
	__u16 ports[2];
};

struct counter {
	__u64 packets;
	__u64 bytes;
};

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
};

struct inner first SEC(".maps");
struct inner second SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct flow);
	__type(value, struct counter);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__uint(map_extra, 5);
	__uint(numa_node, 1);
} flows_with_a_long_name SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 24);
	__uint(max_entries, 3);
} sizes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 5000);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = {
	.values = {[1] = &first, [5] = &second},
};

int tail(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__array(values, int(void *));
} jumps SEC(".maps") = {
	.values = {[2] = (void *)&tail},
};

SEC("tc")
int entry(struct __sk_buff *skb)
{
	struct flow flow = {.source = skb->mark};
	struct counter *counter = bpf_map_lookup_elem(&flows_with_a_long_name, &flow);
	__u32 key = 1;
	void *inner;

	if (counter)
		counter->packets += 1;
	bpf_map_lookup_elem(&sizes, &key);
	inner = bpf_map_lookup_elem(&outer, &key);
	if (inner)
		bpf_map_lookup_elem(inner, &key);
	bpf_ringbuf_output(&events, &flow, sizeof(flow), 0);
	bpf_tail_call(skb, &jumps, 2);
	return TC_ACT_OK;
}

SEC("tc")
int tail(struct __sk_buff *skb)
{
	__u32 key = 0;

	bpf_map_lookup_elem(&first, &key);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
