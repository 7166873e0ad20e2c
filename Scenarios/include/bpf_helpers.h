/* Section and map macros, and the kernel's helpers by number (include/uapi/linux/bpf.h, ___BPF_FUNC_MAPPER).
 *
 * Include vmlinux_min.h first. The names are those every BPF programmer knows, so that a program written against these
 * headers also builds against libbpf's. A helper's errors are negative errnos in its return value. */
#ifndef NKSIM_BPF_HELPERS_H
#define NKSIM_BPF_HELPERS_H

/* Puts a program, a map or a variable into the named section. */
#define SEC(name)                                                                                                      \
	_Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wignored-attributes\"")                      \
	__attribute__((section(name), used)) _Pragma("GCC diagnostic pop")

/* The members of a map definition in SEC(".maps"). A number is written as the length of an array type, which only BTF
 * records: the map itself occupies nothing that is read. */
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name
#define __array(name, val) typeof(val) *name[]

enum libbpf_pin_type { LIBBPF_PIN_NONE = 0, LIBBPF_PIN_BY_NAME = 1 };

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif
#define __weak __attribute__((weak))
#define __hidden __attribute__((visibility("hidden")))
#define __unused __attribute__((unused))
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define barrier() asm volatile("" ::: "memory")

#define NKSIM_HELPER(number, result, name, ...)                                                                        \
	static result (*const name)(__VA_ARGS__) __attribute__((unused)) = (void *)number

struct __sk_buff;
struct xdp_md;
struct bpf_sock;
struct bpf_sock_tuple;
struct bpf_redir_neigh;
struct bpf_fib_lookup;
struct bpf_tunnel_key;
struct bpf_spin_lock;
struct bpf_timer;
struct bpf_dynptr;

/* Maps. */
NKSIM_HELPER(1, void *, bpf_map_lookup_elem, void *map, const void *key);
NKSIM_HELPER(2, long, bpf_map_update_elem, void *map, const void *key, const void *value, __u64 flags);
NKSIM_HELPER(3, long, bpf_map_delete_elem, void *map, const void *key);
NKSIM_HELPER(87, long, bpf_map_push_elem, void *map, const void *value, __u64 flags);
NKSIM_HELPER(88, long, bpf_map_pop_elem, void *map, void *value);
NKSIM_HELPER(89, long, bpf_map_peek_elem, void *map, void *value);
NKSIM_HELPER(164, long, bpf_for_each_map_elem, void *map, void *callback, void *callback_context, __u64 flags);
NKSIM_HELPER(195, void *, bpf_map_lookup_percpu_elem, void *map, const void *key, __u32 cpu);
NKSIM_HELPER(107, void *, bpf_sk_storage_get, void *map, void *sk, void *value, __u64 flags);
NKSIM_HELPER(108, long, bpf_sk_storage_delete, void *map, void *sk);

/* Time, randomness, where we run. */
NKSIM_HELPER(5, __u64, bpf_ktime_get_ns, void);
NKSIM_HELPER(125, __u64, bpf_ktime_get_boot_ns, void);
NKSIM_HELPER(160, __u64, bpf_ktime_get_coarse_ns, void);
NKSIM_HELPER(208, __u64, bpf_ktime_get_tai_ns, void);
NKSIM_HELPER(118, __u64, bpf_jiffies64, void);
NKSIM_HELPER(7, __u32, bpf_get_prandom_u32, void);
NKSIM_HELPER(8, __u32, bpf_get_smp_processor_id, void);
NKSIM_HELPER(42, long, bpf_get_numa_node_id, void);

/* Control flow. */
NKSIM_HELPER(12, long, bpf_tail_call, void *context, void *program_array, __u32 index);
NKSIM_HELPER(181, long, bpf_loop, __u32 iterations, void *callback, void *callback_context, __u64 flags);

/* Locks and timers in map values. */
NKSIM_HELPER(93, long, bpf_spin_lock, struct bpf_spin_lock *lock);
NKSIM_HELPER(94, long, bpf_spin_unlock, struct bpf_spin_lock *lock);
NKSIM_HELPER(169, long, bpf_timer_init, struct bpf_timer *timer, void *map, __u64 flags);
NKSIM_HELPER(170, long, bpf_timer_set_callback, struct bpf_timer *timer, void *callback);
NKSIM_HELPER(171, long, bpf_timer_start, struct bpf_timer *timer, __u64 nanoseconds, __u64 flags);
NKSIM_HELPER(172, long, bpf_timer_cancel, struct bpf_timer *timer);

/* Packet bytes. */
NKSIM_HELPER(9, long, bpf_skb_store_bytes, struct __sk_buff *skb, __u32 offset, const void *from, __u32 length,
	     __u64 flags);
NKSIM_HELPER(26, long, bpf_skb_load_bytes, const void *skb, __u32 offset, void *to, __u32 length);
NKSIM_HELPER(68, long, bpf_skb_load_bytes_relative, const void *skb, __u32 offset, void *to, __u32 length,
	     __u32 start_header);
NKSIM_HELPER(39, long, bpf_skb_pull_data, struct __sk_buff *skb, __u32 length);
NKSIM_HELPER(38, long, bpf_skb_change_tail, struct __sk_buff *skb, __u32 length, __u64 flags);
NKSIM_HELPER(43, long, bpf_skb_change_head, struct __sk_buff *skb, __u32 length, __u64 flags);
NKSIM_HELPER(50, long, bpf_skb_adjust_room, struct __sk_buff *skb, __s32 difference, __u32 mode, __u64 flags);
NKSIM_HELPER(31, long, bpf_skb_change_proto, struct __sk_buff *skb, __be16 protocol, __u64 flags);
NKSIM_HELPER(18, long, bpf_skb_vlan_push, struct __sk_buff *skb, __be16 protocol, __u16 tci);
NKSIM_HELPER(19, long, bpf_skb_vlan_pop, struct __sk_buff *skb);

/* Checksums. */
NKSIM_HELPER(10, long, bpf_l3_csum_replace, struct __sk_buff *skb, __u32 offset, __u64 from, __u64 to, __u64 size);
NKSIM_HELPER(11, long, bpf_l4_csum_replace, struct __sk_buff *skb, __u32 offset, __u64 from, __u64 to, __u64 flags);
NKSIM_HELPER(28, __s64, bpf_csum_diff, __be32 *from, __u32 from_size, __be32 *to, __u32 to_size, __wsum seed);
NKSIM_HELPER(40, __s64, bpf_csum_update, struct __sk_buff *skb, __wsum checksum);
NKSIM_HELPER(135, long, bpf_csum_level, struct __sk_buff *skb, __u64 level);

/* Packet metadata. */
NKSIM_HELPER(32, long, bpf_skb_change_type, struct __sk_buff *skb, __u32 type);
NKSIM_HELPER(34, __u32, bpf_get_hash_recalc, struct __sk_buff *skb);
NKSIM_HELPER(41, void, bpf_set_hash_invalid, struct __sk_buff *skb);
NKSIM_HELPER(48, long, bpf_set_hash, struct __sk_buff *skb, __u32 hash);
NKSIM_HELPER(192, long, bpf_skb_set_tstamp, struct __sk_buff *skb, __u64 tstamp, __u32 type);
NKSIM_HELPER(97, long, bpf_skb_ecn_set_ce, struct __sk_buff *skb);
NKSIM_HELPER(17, __u32, bpf_get_cgroup_classid, struct __sk_buff *skb);
NKSIM_HELPER(24, __u32, bpf_get_route_realm, struct __sk_buff *skb);
NKSIM_HELPER(33, long, bpf_skb_under_cgroup, struct __sk_buff *skb, void *map, __u32 index);
NKSIM_HELPER(79, __u64, bpf_skb_cgroup_id, struct __sk_buff *skb);
NKSIM_HELPER(83, __u64, bpf_skb_ancestor_cgroup_id, struct __sk_buff *skb, int level);

/* Where a packet goes. */
NKSIM_HELPER(13, long, bpf_clone_redirect, struct __sk_buff *skb, __u32 ifindex, __u64 flags);
NKSIM_HELPER(23, long, bpf_redirect, __u32 ifindex, __u64 flags);
NKSIM_HELPER(152, long, bpf_redirect_neigh, __u32 ifindex, struct bpf_redir_neigh *next_hop, int next_hop_size,
	     __u64 flags);
NKSIM_HELPER(155, long, bpf_redirect_peer, __u32 ifindex, __u64 flags);
NKSIM_HELPER(69, long, bpf_fib_lookup, void *context, struct bpf_fib_lookup *parameters, int size, __u32 flags);
NKSIM_HELPER(163, long, bpf_check_mtu, void *context, __u32 ifindex, __u32 *mtu, __s32 difference, __u64 flags);

/* Tunnels. */
NKSIM_HELPER(20, long, bpf_skb_get_tunnel_key, struct __sk_buff *skb, struct bpf_tunnel_key *key, __u32 size,
	     __u64 flags);
NKSIM_HELPER(21, long, bpf_skb_set_tunnel_key, struct __sk_buff *skb, struct bpf_tunnel_key *key, __u32 size,
	     __u64 flags);
NKSIM_HELPER(29, long, bpf_skb_get_tunnel_opt, struct __sk_buff *skb, void *option, __u32 size);
NKSIM_HELPER(30, long, bpf_skb_set_tunnel_opt, struct __sk_buff *skb, void *option, __u32 size);

/* Sockets. */
NKSIM_HELPER(46, __u64, bpf_get_socket_cookie, void *context);
NKSIM_HELPER(47, __u32, bpf_get_socket_uid, struct __sk_buff *skb);
NKSIM_HELPER(122, __u64, bpf_get_netns_cookie, void *context);
NKSIM_HELPER(84, struct bpf_sock *, bpf_sk_lookup_tcp, void *context, struct bpf_sock_tuple *tuple, __u32 size,
	     __u64 netns, __u64 flags);
NKSIM_HELPER(85, struct bpf_sock *, bpf_sk_lookup_udp, void *context, struct bpf_sock_tuple *tuple, __u32 size,
	     __u64 netns, __u64 flags);
NKSIM_HELPER(99, struct bpf_sock *, bpf_skc_lookup_tcp, void *context, struct bpf_sock_tuple *tuple, __u32 size,
	     __u64 netns, __u64 flags);
NKSIM_HELPER(86, long, bpf_sk_release, void *sk);
NKSIM_HELPER(95, struct bpf_sock *, bpf_sk_fullsock, struct bpf_sock *sk);
NKSIM_HELPER(98, struct bpf_sock *, bpf_get_listener_sock, struct bpf_sock *sk);
NKSIM_HELPER(124, long, bpf_sk_assign, void *context, void *sk, __u64 flags);

/* Output to user space and to the trace. */
NKSIM_HELPER(6, long, bpf_trace_printk, const char *format, __u32 format_size, ...);
NKSIM_HELPER(177, long, bpf_trace_vprintk, const char *format, __u32 format_size, const void *data, __u32 data_length);
NKSIM_HELPER(165, long, bpf_snprintf, char *text, __u32 size, const char *format, __u64 *data, __u32 data_length);
NKSIM_HELPER(182, long, bpf_strncmp, const char *text, __u32 size, const char *other);
NKSIM_HELPER(25, long, bpf_perf_event_output, void *context, void *map, __u64 flags, void *data, __u64 size);
NKSIM_HELPER(130, long, bpf_ringbuf_output, void *ringbuf, void *data, __u64 size, __u64 flags);
NKSIM_HELPER(131, void *, bpf_ringbuf_reserve, void *ringbuf, __u64 size, __u64 flags);
NKSIM_HELPER(132, void, bpf_ringbuf_submit, void *data, __u64 flags);
NKSIM_HELPER(133, void, bpf_ringbuf_discard, void *data, __u64 flags);
NKSIM_HELPER(134, __u64, bpf_ringbuf_query, void *ringbuf, __u64 flags);

/* Dynamic pointers. */
NKSIM_HELPER(197, long, bpf_dynptr_from_mem, void *data, __u32 size, __u64 flags, struct bpf_dynptr *pointer);
NKSIM_HELPER(198, long, bpf_ringbuf_reserve_dynptr, void *ringbuf, __u32 size, __u64 flags, struct bpf_dynptr *pointer);
NKSIM_HELPER(199, void, bpf_ringbuf_submit_dynptr, struct bpf_dynptr *pointer, __u64 flags);
NKSIM_HELPER(200, void, bpf_ringbuf_discard_dynptr, struct bpf_dynptr *pointer, __u64 flags);
NKSIM_HELPER(201, long, bpf_dynptr_read, void *to, __u32 length, const struct bpf_dynptr *from, __u32 offset,
	     __u64 flags);
NKSIM_HELPER(202, long, bpf_dynptr_write, const struct bpf_dynptr *to, __u32 offset, void *from, __u32 length,
	     __u64 flags);
NKSIM_HELPER(203, void *, bpf_dynptr_data, const struct bpf_dynptr *pointer, __u32 offset, __u32 length);

/* bpf_printk("%d", n) prints to the trace: at most three values; the format lies in .rodata. */
#define bpf_printk(format, ...)                                                                                        \
	({                                                                                                             \
		static const char nksim_format[] = format;                                                             \
		bpf_trace_printk(nksim_format, sizeof(nksim_format), ##__VA_ARGS__);                                   \
	})

#endif
