/// The keys that declare the world before the first step.
extension KeySet {
    static let scenario = KeySet(
        "a scenario",
        [
            Key("version", .integer(1...1), "The version of this format.", isRequired: true),
            Key("title", .text, "What the scenario shows, in one line."),
            Key("kernel", .text, "The kernel profile.", isRequired: true),
            Key(
                "needs", .word(["machine"]),
                "Says that the scenario needs a machine of its own: net.core sysctls, compared softnet counters."),
            Key("machine", .mapping("a machine"), "CPUs and costs."),
            Key("hosts", .list(.either([.text, .mapping("a host")])), "Hosts, each a namespace.", isRequired: true),
            Key("devices", .list(.mapping("a device")), "Devices, created in this order."),
            Key("routes", .list(.mapping("a route")), "Routes of the main table."),
            Key("neighbours", .list(.mapping("a neighbour")), "Permanent neighbour entries."),
            Key("programs", .list(.mapping("an object")), "BPF objects, loaded and attached in this order."),
            Key("sockets", .list(.mapping("a socket")), "Sockets that wait for datagrams."),
            Key("captures", .list(.mapping("a capture")), "Where frames are recorded."),
            Key("steps", .list(.mapping("a step")), "What happens, in order.", isRequired: true),
        ])

    static let machine = KeySet(
        "a machine",
        [
            Key("cpus", .integer(1...64), "How many CPUs there are; 2 unless said."),
            Key("seed", .unsigned, "The seed of every random number; 1 unless said."),
            Key("costs", .word(["instructions-6.12", "zero"]), "The cost model that virtual time comes from."),
        ])

    static let host = KeySet(
        "a host",
        [
            Key("name", .text, "The host's name, which is its namespace's.", isRequired: true),
            Key("namespaces", .list(.text), "Further namespaces of this host, such as pods."),
            Key("sysctl", .open(.either([.text, .unsigned])), "Sysctls of the host's namespace by dotted name."),
        ])

    static let device = KeySet(
        "a device",
        [
            Key("netkit", .mapping("a netkit pair"), "A netkit pair."),
            Key("veth", .mapping("a veth pair"), "A veth pair."),
            Key("nic", .mapping("a NIC"), "A NIC on a wire."),
            Key("dummy", .mapping("a device's end"), "A dummy device."),
        ])

    /// What both ends of pairs and single devices have.
    private static let endKeys = [
        Key("device", .device, "Name and namespace.", isRequired: true),
        Key("mac", .linkAddress, "Link-layer address."),
        Key("mtu", .integer(0...4_294_967_295), "MTU in bytes."),
        Key("up", .boolean, "Whether the device is set up; true unless said."),
        Key("addresses", .list(.prefix), "IP addresses with prefix lengths."),
    ]

    static let end = KeySet("a device's end", endKeys)

    static let netkit = KeySet(
        "a netkit pair",
        [
            Key("primary", .either([.device, .mapping("a device's end")]), "The managing end.", isRequired: true),
            Key("peer", .either([.device, .mapping("a device's end")]), "The other end.", isRequired: true),
            Key("mode", .word(["l2", "l3"]), "l3 unless said."),
            Key("policy", .word(["forward", "blackhole"]), "Of the primary while it has no program."),
            Key("peer_policy", .word(["forward", "blackhole"]), "Of the peer while it has no program."),
            Key("scrub", .word(["none", "default"]), "Scrubbing of what the primary sends."),
            Key("peer_scrub", .word(["none", "default"]), "Scrubbing of what the peer sends."),
        ])

    static let veth = KeySet(
        "a veth pair",
        [
            Key("device", .either([.device, .mapping("a device's end")]), "One end.", isRequired: true),
            Key("peer", .either([.device, .mapping("a device's end")]), "The other end.", isRequired: true),
        ])

    static let nic = KeySet(
        "a NIC",
        endKeys + [
            Key("wire", .text, "The wire it is plugged into.", isRequired: true),
            Key("cpu", .integer(0...63), "The CPU of its receive interrupts; 0 unless said."),
            Key("checksum_offload", .boolean, "Whether it completes checksums; false unless said."),
            Key("segmentation_offload", .boolean, "Whether it segments TCP; false unless said."),
            Key("udp_segmentation_offload", .boolean, "Whether it segments UDP; false unless said."),
        ])

    static let route = KeySet(
        "a route",
        [
            Key("in", .text, "The namespace.", isRequired: true),
            Key("to", .either([.word(["default"]), .prefix]), "The destination, or `default`.", isRequired: true),
            Key("via", .address, "The gateway."),
            Key("dev", .text, "The output device's name."),
            Key("src", .address, "The preferred source address."),
        ])

    static let neighbour = KeySet(
        "a neighbour",
        [
            Key("address", .address, "The neighbour's IP address.", isRequired: true),
            Key("mac", .linkAddress, "Its link-layer address.", isRequired: true),
            Key("device", .device, "The device that it is behind.", isRequired: true),
        ])

    static let object = KeySet(
        "an object",
        [
            Key("object", .text, "The object file, relative to the scenario's folder.", isRequired: true),
            Key("name", .text, "How the scenario calls this copy; the file's name unless said."),
            Key("load", .list(.text), "The programs to load; all unless said."),
            Key("set", .open(.value), "Values of globals, written before the load."),
            Key("maps", .list(.mapping("a map entry")), "Entries put into maps before programs are attached."),
            Key(
                "unstable", .list(.text),
                "Maps whose values are time stamps, cookies or hashes: kernels are compared by which values are equal."),
            Key(
                "attach", .either([.mapping("an attachment"), .list(.mapping("an attachment"))]),
                "Where its programs are attached."),
        ])

    static let attachment = KeySet(
        "an attachment",
        [
            Key("program", .text, "The program, OBJECT/PROGRAM where names repeat.", isRequired: true),
            Key("name", .text, "How later steps call this attachment; the program's name unless said."),
            Key("device", .device, "The device; netkit's primary for both of its hooks.", isRequired: true),
            Key("hook", .word(runNames), "The hook; the program's section says it otherwise."),
            Key("priority", .integer(1...65_535), "At clsact: tc's prio, lower ones run first; 1 unless said."),
            Key("link", .boolean, "By a BPF link rather than directly; true unless said."),
            Key("before", .text, "The attachment to stand before."),
            Key("after", .text, "The attachment to stand after."),
            Key("position", .word(["first", "last"]), "At the chain's beginning or end."),
            Key("replace", .text, "The attachment to take the place of."),
            Key("revision", .unsigned, "The chain's revision that the request expects."),
        ])

    /// Hooks with a chain of programs.
    static let hookNames = ["netkit/primary", "netkit/peer", "tcx/ingress", "tcx/egress"]
    /// Wherever programs run: those, and legacy filters.
    static let runNames = hookNames + ["clsact/ingress", "clsact/egress"]

    static let socket = KeySet(
        "a socket",
        [
            Key("name", .text, "How the scenario calls it.", isRequired: true),
            Key("udp", .socketAddress, "The address that it is bound to.", isRequired: true),
            Key("in", .text, "The namespace.", isRequired: true),
            Key("task", .text, "The task that owns it; its name unless said."),
            Key("cpu", .integer(0...63), "The CPU that the task runs on; 0 unless said."),
            Key("echo", .boolean, "Whether it sends every datagram back."),
            Key("mark", .integer(0...4_294_967_295), "SO_MARK."),
            Key("priority", .integer(0...4_294_967_295), "SO_PRIORITY."),
        ])

    static let capture = KeySet(
        "a capture",
        [
            Key("name", .text, "How the scenario calls it.", isRequired: true),
            Key("device", .device, "The device whose frames it sees.", isRequired: true),
        ])
}
