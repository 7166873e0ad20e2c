/* Programs that need what is not modelled, beside one that doesn't. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

struct sk_buff {
	unsigned int len;
} __attribute__((preserve_access_index));

extern int CONFIG_HZ __attribute__((section(".kconfig"))) __weak;
extern const void jiffies __attribute__((section(".ksyms")));
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *pointer)
	__attribute__((section(".ksyms")));

static __noinline int relocated_length(void *address)
{
	struct sk_buff *skb = address;

	barrier();
	return skb->len;
}

SEC("tc")
int sound(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

SEC("tc")
int relocated(struct __sk_buff *skb)
{
	return relocated_length(skb);
}

SEC("tc")
int kconfig(struct __sk_buff *skb)
{
	return CONFIG_HZ;
}

SEC("tc")
int ksym(struct __sk_buff *skb)
{
	return (long)&jiffies & 1;
}

SEC("tc")
int kfunc(struct __sk_buff *skb)
{
	struct bpf_dynptr pointer;

	return bpf_dynptr_from_skb(skb, 0, &pointer);
}

SEC("struct_ops/init")
int operation(void *context)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
