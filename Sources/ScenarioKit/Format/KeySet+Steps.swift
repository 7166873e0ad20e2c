/// The keys of steps, expectations and values.
extension KeySet {
    static let step = KeySet(
        "a step",
        [
            Key("name", .text, "What the step is for, in reports."),
            Key("fails", .errno, "The error that the kernel must answer with."),
            Key("send", .mapping("a send"), "A task sends UDP datagrams."),
            Key("ping", .mapping("a ping"), "A task sends ICMP echo requests."),
            Key("inject", .mapping("an injection"), "A packet socket sends a whole frame."),
            Key("attach", .mapping("an attachment"), "A program is attached."),
            Key("detach", .either([.text, .mapping("a detachment")]), "An attachment is undone."),
            Key("set", .mapping("a setting"), "A device, a sysctl or a map entry is changed."),
            Key("delete", .mapping("a deletion"), "A device or a map entry is deleted."),
            Key("advance", .duration, "Time passes."),
            Key("expect", .mapping("an expectation"), "What must hold now."),
        ])

    private static let senderKeys = [
        Key("task", .text, "The sending task's name; the namespace's unless said."),
        Key("cpu", .integer(0...63), "The CPU that it runs on; 0 unless said."),
        Key("count", .integer(1...1_000_000), "How many are sent; 1 unless said."),
    ]

    private static let socketKeys = [
        Key("mark", .integer(0...4_294_967_295), "SO_MARK."),
        Key("priority", .integer(0...4_294_967_295), "SO_PRIORITY."),
        Key("report_errors", .boolean, "IP_RECVERR or IPV6_RECVERR."),
        Key("df", .boolean, "Whether DF is set (IP_MTU_DISCOVER)."),
        Key("payload", .either([.text, .mapping("a payload")]), "What is sent; empty unless said."),
    ]

    static let send = KeySet(
        "a send",
        [
            Key("from", .text, "The namespace; a socket of its own sends."),
            Key("udp", .flow, "Source and destination."),
            Key("socket", .text, "A declared socket that sends instead."),
            Key("to", .socketAddress, "The destination of what a declared socket sends."),
            Key(
                "segment", .integer(1...65_535), "UDP_SEGMENT: payload bytes of each datagram the payload is cut into."),
        ] + senderKeys + socketKeys)

    static let ping = KeySet(
        "a ping",
        [
            Key("from", .text, "The namespace.", isRequired: true),
            Key("to", .address, "The destination.", isRequired: true),
            Key("source", .address, "The source address; the route's unless said."),
            Key("id", .integer(1...65_535), "The echo identifier; 1 unless said."),
            Key("sequence", .integer(0...65_535), "The first sequence number; 1 unless said."),
        ] + senderKeys + socketKeys)

    static let injection = KeySet(
        "an injection",
        [
            Key("device", .device, "The device that transmits it.", isRequired: true),
            Key("frame", .hex, "The frame's bytes, link-layer header first."),
            Key("packet", .text, "The frame in packet notation, as `eth(…) / ipv4(…) / udp(…) / 'text'`."),
        ] + senderKeys)

    static let payload = KeySet(
        "a payload",
        [
            Key("hex", .hex, "The bytes themselves."),
            Key("length", .integer(0...65_535), "That many bytes, counting up from zero."),
        ])

    static let detachment = KeySet(
        "a detachment",
        [
            Key("device", .device, "The device.", isRequired: true),
            Key("hook", .word(hookNames), "The hook.", isRequired: true),
            Key("program", .text, "The program; whichever stands at the position unless said."),
            Key("before", .text, "The attachment that it stands before."),
            Key("after", .text, "The attachment that it stands after."),
            Key("position", .word(["first", "last"]), "At the chain's beginning or end."),
            Key("revision", .unsigned, "The chain's revision that the request expects."),
        ])

    static let setting = KeySet(
        "a setting",
        [
            Key("device", .device, "The device to change."),
            Key("up", .boolean, "Set it up or down."),
            Key("mtu", .integer(0...4_294_967_295), "Its MTU."),
            Key("mac", .linkAddress, "Its link-layer address."),
            Key("policy", .word(["forward", "blackhole"]), "netkit's policy."),
            Key("peer_policy", .word(["forward", "blackhole"]), "netkit's policy of the peer."),
            Key("sysctl", .text, "The sysctl to write, by dotted name."),
            Key("in", .text, "The sysctl's namespace."),
            Key("map", .text, "The map to update, OBJECT/MAP where names repeat."),
            Key("key", .value, "The entry's key."),
            Key("value", .value, "The sysctl's or the entry's value."),
            Key("flags", .word(["any", "noexist", "exist"]), "Of the map update; any unless said."),
        ])

    static let deletion = KeySet(
        "a deletion",
        [
            Key("device", .device, "The device to delete."),
            Key("map", .text, "The map to delete from."),
            Key("key", .value, "The entry's key."),
        ])

    static let mapEntry = KeySet(
        "a map entry",
        [
            Key("map", .text, "The map.", isRequired: true),
            Key("key", .value, "The entry's key.", isRequired: true),
            Key("value", .value, "The entry's value.", isRequired: true),
        ])

    /// The typed forms of a value; a number or a list of values may stand instead of the mapping.
    static let value = KeySet(
        "a value",
        [
            Key("u8", .integer(-128...255), "One byte."),
            Key("u16", .integer(-32_768...65_535), "Two bytes, the machine's order."),
            Key("u32", .integer(-2_147_483_648...4_294_967_295), "Four bytes, the machine's order."),
            Key("u64", .unsigned, "Eight bytes, the machine's order."),
            Key("be16", .integer(0...65_535), "Two bytes, network order."),
            Key("be32", .integer(0...4_294_967_295), "Four bytes, network order."),
            Key("ifindex", .device, "A device's index as the kernel numbered it, four bytes."),
            Key("mac", .either([.linkAddress, .device]), "A link-layer address, or a device's."),
            Key("address", .address, "4 or 16 bytes in network order."),
            Key("hex", .hex, "The bytes themselves."),
            Key("program", .text, "A loaded program, for program arrays."),
        ])
}
