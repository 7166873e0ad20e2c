/// Every helper that a `sched_cls` program may call in Linux 6.12 (`tc_cls_act_func_proto`, `bpf_sk_base_func_proto`,
/// `bpf_base_func_proto`).
extension HelperPrototype {
    /// nil where Linux refuses the helper to programs of this type.
    static func schedCls(_ id: Int32) -> HelperPrototype? { table[id] }

    private static let table: [Int32: HelperPrototype] = {
        var table: [Int32: HelperPrototype] = [:]
        for prototype in modelled + notModelled { table[prototype.id] = prototype }
        return table
    }()

    private static let modelled: [HelperPrototype] = [
        // map_lookup_elem
        .init(id: 1, arguments: [.mapPointer, .mapKey], result: .mapValueOrNull, takesPacket: true),
        // map_update_elem
        .init(id: 2, arguments: [.mapPointer, .mapKey, .mapValue, .anything], result: .integer, takesPacket: true),
        // map_delete_elem
        .init(id: 3, arguments: [.mapPointer, .mapKey], result: .integer, takesPacket: true),
        // ktime_get_ns
        .init(id: 5, arguments: [], result: .integer),
        // trace_printk
        .init(id: 6, arguments: [.memory(.readOnly), .size], result: .integer, isGPLOnly: true),
        // get_prandom_u32
        .init(id: 7, arguments: [], result: .integer),
        // get_smp_processor_id
        .init(id: 8, arguments: [], result: .integer),
        // skb_store_bytes
        .init(id: 9, arguments: [.context, .anything, .memory(.readOnly), .size, .anything], result: .integer),
        // l3_csum_replace
        .init(id: 10, arguments: [.context, .anything, .anything, .anything, .anything], result: .integer),
        // l4_csum_replace
        .init(id: 11, arguments: [.context, .anything, .anything, .anything, .anything], result: .integer),
        // tail_call
        .init(id: 12, arguments: [.context, .mapPointer, .anything], result: .void),
        // clone_redirect
        .init(id: 13, arguments: [.context, .anything, .anything], result: .integer),
        // get_current_pid_tgid
        .init(id: 14, arguments: [], result: .integer),
        // get_cgroup_classid
        .init(id: 17, arguments: [.context], result: .integer),
        // skb_vlan_push
        .init(id: 18, arguments: [.context, .anything, .anything], result: .integer),
        // skb_vlan_pop
        .init(id: 19, arguments: [.context], result: .integer),
        // skb_get_tunnel_key
        .init(id: 20, arguments: [.context, .memory(.uninitialised), .size, .anything], result: .integer),
        // skb_set_tunnel_key
        .init(id: 21, arguments: [.context, .memory(.readOnly), .size, .anything], result: .integer),
        // redirect
        .init(id: 23, arguments: [.anything, .anything], result: .integer),
        // get_route_realm
        .init(id: 24, arguments: [.context], result: .integer),
        // perf_event_output
        .init(
            id: 25, arguments: [.context, .mapPointer, .anything, .memory(.readOnly), .sizeOrZero], result: .integer,
            isGPLOnly: true),
        // skb_load_bytes
        .init(id: 26, arguments: [.context, .anything, .memory(.uninitialised), .size], result: .integer),
        // csum_diff
        .init(
            id: 28,
            arguments: [
                .memory([.orNull, .readOnly]), .sizeOrZero, .memory([.orNull, .readOnly]), .sizeOrZero, .anything,
            ], result: .integer, takesPacket: true),
        // skb_get_tunnel_opt
        .init(id: 29, arguments: [.context, .memory(.uninitialised), .size], result: .integer),
        // skb_set_tunnel_opt
        .init(id: 30, arguments: [.context, .memory(.readOnly), .size], result: .integer),
        // skb_change_proto
        .init(id: 31, arguments: [.context, .anything, .anything], result: .integer),
        // skb_change_type
        .init(id: 32, arguments: [.context, .anything], result: .integer),
        // skb_under_cgroup
        .init(id: 33, arguments: [.context, .mapPointer, .anything], result: .integer),
        // get_hash_recalc
        .init(id: 34, arguments: [.context], result: .integer),
        // get_current_task
        .init(id: 35, arguments: [], result: .integer, isGPLOnly: true),
        // skb_change_tail
        .init(id: 38, arguments: [.context, .anything, .anything], result: .integer),
        // skb_pull_data
        .init(id: 39, arguments: [.context, .anything], result: .integer),
        // csum_update
        .init(id: 40, arguments: [.context, .anything], result: .integer),
        // set_hash_invalid
        .init(id: 41, arguments: [.context], result: .integer),
        // get_numa_node_id
        .init(id: 42, arguments: [], result: .integer),
        // skb_change_head
        .init(id: 43, arguments: [.context, .anything, .anything], result: .integer),
        // get_socket_cookie
        .init(id: 46, arguments: [.context], result: .integer),
        // get_socket_uid
        .init(id: 47, arguments: [.context], result: .integer),
        // set_hash
        .init(id: 48, arguments: [.context, .anything], result: .integer),
        // skb_adjust_room
        .init(id: 50, arguments: [.context, .anything, .anything, .anything], result: .integer),
        // skb_get_xfrm_state
        .init(id: 66, arguments: [.context, .anything, .memory(.uninitialised), .size, .anything], result: .integer),
        // skb_load_bytes_relative
        .init(id: 68, arguments: [.context, .anything, .memory(.uninitialised), .size, .anything], result: .integer),
        // fib_lookup
        .init(id: 69, arguments: [.context, .memory(), .size, .anything], result: .integer, isGPLOnly: true),
        // skb_cgroup_id
        .init(id: 79, arguments: [.context], result: .integer),
        // get_current_cgroup_id
        .init(id: 80, arguments: [], result: .integer),
        // skb_ancestor_cgroup_id
        .init(id: 83, arguments: [.context, .anything], result: .integer),
        // map_push_elem
        .init(id: 87, arguments: [.mapPointer, .mapValue, .anything], result: .integer, takesPacket: true),
        // map_pop_elem
        .init(id: 88, arguments: [.mapPointer, .uninitialisedMapValue], result: .integer),
        // map_peek_elem
        .init(id: 89, arguments: [.mapPointer, .uninitialisedMapValue], result: .integer),
        // sk_fullsock
        .init(id: 95, arguments: [.socketCommon], result: .socketOrNull),
        // tcp_sock
        .init(id: 96, arguments: [.socketCommon], result: .tcpSocketOrNull),
        // skb_ecn_set_ce
        .init(id: 97, arguments: [.context], result: .integer),
        // get_listener_sock
        .init(id: 98, arguments: [.socketCommon], result: .socketOrNull),
        // strtol
        .init(
            id: 105,
            arguments: [.memory(.readOnly), .size, .anything, .fixedMemory(size: 8, .uninitialised, isAligned: true)],
            result: .integer),
        // strtoul
        .init(
            id: 106,
            arguments: [.memory(.readOnly), .size, .anything, .fixedMemory(size: 8, .uninitialised, isAligned: true)],
            result: .integer),
        // probe_read_user
        .init(
            id: 112, arguments: [.memory(.uninitialised), .sizeOrZero, .anything], result: .integer, isGPLOnly: true),
        // probe_read_kernel
        .init(
            id: 113, arguments: [.memory(.uninitialised), .sizeOrZero, .anything], result: .integer, isGPLOnly: true),
        // jiffies64
        .init(id: 118, arguments: [], result: .integer),
        // get_ns_current_pid_tgid
        .init(id: 120, arguments: [.anything, .anything, .memory(.uninitialised), .size], result: .integer),
        // get_current_ancestor_cgroup_id
        .init(id: 123, arguments: [.anything], result: .integer),
        // ktime_get_boot_ns
        .init(id: 125, arguments: [], result: .integer),
        // ringbuf_output
        .init(id: 130, arguments: [.mapPointer, .memory(.readOnly), .sizeOrZero, .anything], result: .integer),
        // ringbuf_query
        .init(id: 134, arguments: [.mapPointer, .anything], result: .integer),
        // csum_level
        .init(id: 135, arguments: [.context, .anything], result: .integer),
        // skb_cgroup_classid
        .init(id: 151, arguments: [.context], result: .integer),
        // redirect_neigh
        .init(
            id: 152, arguments: [.anything, .memory([.orNull, .readOnly]), .sizeOrZero, .anything], result: .integer),
        // redirect_peer
        .init(id: 155, arguments: [.anything, .anything], result: .integer),
        // ktime_get_coarse_ns
        .init(id: 160, arguments: [], result: .integer),
        // check_mtu
        .init(
            id: 163,
            arguments: [.context, .anything, .fixedMemory(size: 4, .written, isAligned: true), .anything, .anything],
            result: .integer, isGPLOnly: true),
        // trace_vprintk
        .init(
            id: 177, arguments: [.memory(.readOnly), .size, .memory([.orNull, .readOnly]), .sizeOrZero],
            result: .integer, isGPLOnly: true),
        // skb_set_tstamp
        .init(id: 192, arguments: [.context, .anything, .anything], result: .integer),
        // map_lookup_percpu_elem
        .init(id: 195, arguments: [.mapPointer, .mapKey, .anything], result: .mapValueOrNull, takesPacket: true),
        // tcp_raw_gen_syncookie_ipv4
        .init(
            id: 204, arguments: [.fixedMemory(size: 20), .memory(), .sizeOrZero], result: .integer, isGPLOnly: true,
            takesPacket: true),
        // tcp_raw_gen_syncookie_ipv6
        .init(
            id: 205, arguments: [.fixedMemory(size: 40), .memory(), .sizeOrZero], result: .integer, isGPLOnly: true,
            takesPacket: true),
        // tcp_raw_check_syncookie_ipv4
        .init(
            id: 206, arguments: [.fixedMemory(size: 20), .fixedMemory(size: 20)], result: .integer, isGPLOnly: true,
            takesPacket: true),
        // tcp_raw_check_syncookie_ipv6
        .init(
            id: 207, arguments: [.fixedMemory(size: 40), .fixedMemory(size: 20)], result: .integer, isGPLOnly: true,
            takesPacket: true),
        // ktime_get_tai_ns
        .init(id: 208, arguments: [], result: .integer),
    ]

    /// Allowed by Linux, but their arguments or results are of kinds that have no place in the domain yet: references,
    /// callbacks, locks, timers, dynptrs, kernel objects, constant strings, local storage.
    private static let notModelled: [HelperPrototype] = {
        let gplOnly: Set<Int32> = [100, 110, 114, 115, 158, 165, 169, 170, 171, 172, 175]
        // sk_lookup_tcp, sk_lookup_udp, sk_release, spin_lock, spin_unlock, skc_lookup_tcp, tcp_check_syncookie,
        // sk_storage_get, sk_storage_delete, tcp_gen_syncookie, probe_read_user_str, probe_read_kernel_str, sk_assign,
        // ringbuf_reserve, ringbuf_submit, ringbuf_discard, skc_to_tcp6_sock, skc_to_tcp_sock,
        // skc_to_tcp_timewait_sock, skc_to_tcp_request_sock, skc_to_udp6_sock, snprintf_btf, per_cpu_ptr,
        // this_cpu_ptr, get_current_task_btf, for_each_map_elem, snprintf, timer_init, timer_set_callback,
        // timer_start, timer_cancel, task_pt_regs, skc_to_unix_sock, loop, strncmp, kptr_xchg, skc_to_mptcp_sock,
        // dynptr_from_mem, ringbuf_reserve_dynptr, ringbuf_submit_dynptr, ringbuf_discard_dynptr, dynptr_read,
        // dynptr_write, dynptr_data, user_ringbuf_drain, cgrp_storage_get, cgrp_storage_delete
        let ids: [Int32] = [
            84, 85, 86, 93, 94, 99, 100, 107, 108, 110, 114, 115, 124, 131, 132, 133, 136, 137, 138, 139, 140, 149,
            153, 154, 158, 164, 165, 169, 170, 171, 172, 175, 178, 181, 182, 194, 196, 197, 198, 199, 200, 201, 202,
            203, 209, 210, 211,
        ]
        return ids.map {
            HelperPrototype(
                id: $0, arguments: [], result: .integer, isGPLOnly: gplOnly.contains($0), isModelled: false)
        }
    }()
}
