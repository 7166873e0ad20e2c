/* Every kind of BTF type that C can make, reached through one variable. */
#include "vmlinux_min.h"
#include "bpf_helpers.h"

enum small { SMALL_NEGATIVE = -2, SMALL_POSITIVE = 5 };
enum large { LARGE = 0x123456789aULL };
enum large_negative { LARGE_NEGATIVE = -0x123456789aLL };

union either {
	__u32 number;
	float fraction;
};

struct forward;
struct fields {
	__u32 low : 3;
	__u32 high : 29;
};

typedef const volatile __u16 wrapped_twice[2][3];

struct everything {
	enum small small;
	enum large large;
	enum large_negative large_negative;
	union either either;
	struct forward *forward;
	struct fields fields;
	wrapped_twice matrix;
	char *restrict text;
	int (*function)(long first, char second);
	int __attribute__((btf_type_tag("percpu"))) *tagged;
	__u64 member_tagged __attribute__((btf_decl_tag("member")));
	bool flag;
	signed char tiny;
};

struct everything everything __attribute__((btf_decl_tag("kind:object"))) = {.small = SMALL_POSITIVE};
enum large large = LARGE;
enum small small = SMALL_NEGATIVE;
char letter = 'x';

/* By address, and in the program's own section: a static function. */
static __noinline SEC("tc") int near(struct __sk_buff *skb)
{
	barrier();
	return skb->len;
}

__noinline int tagged(void *context __arg_ctx, __u32 *number __arg_nonnull, struct forward *forward)
{
	if (!forward)
		return 0;
	return *number;
}

SEC("tc")
int classify(struct __sk_buff *skb)
{
	__u32 number = skb->mark;

	return near(skb) + tagged(skb, &number, everything.forward) + large + small + letter;
}
