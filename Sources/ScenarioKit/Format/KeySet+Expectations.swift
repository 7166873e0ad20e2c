/// The keys of what a scenario expects. Counts and counters are those since the first step began.
extension KeySet {
    static let expectation = KeySet(
        "an expectation",
        [
            Key("frames", oneOrMore("expected frames"), "Frames that a capture saw."),
            Key("counters", oneOrMore("expected counters"), "How a device's counters have changed."),
            Key("received", oneOrMore("expected datagrams"), "What a socket has received."),
            Key("map", oneOrMore("an expected entry"), "A map's entry."),
            Key("chain", oneOrMore("an expected chain"), "The programs at a hook, in order."),
            Key("program", oneOrMore("an expected program run"), "Runs of a program, and their verdicts."),
            Key("drops", oneOrMore("expected drops"), "Packets dropped."),
            Key("softnet", oneOrMore("expected softnet counters"), "A CPU's row of softnet_stat."),
            Key("neighbour", oneOrMore("an expected neighbour"), "A neighbour entry."),
            Key("trace_pipe", .list(.text), "Texts that the lines of bpf_printk hold, in this order."),
        ])

    private static func oneOrMore(_ name: String) -> ValueShape { .either([.mapping(name), .list(.mapping(name))]) }

    private static let count = Key("count", .integer(0...1_000_000_000), "How many.")

    static let expectedFrames = KeySet(
        "expected frames",
        [
            Key("capture", .text, "The capture.", isRequired: true), count,
            Key("direction", .word(["incoming", "outgoing"]), "Count only these."),
            Key("index", .integer(0...1_000_000_000), "Which one has the fields, from 0; the last unless said."),
            Key("fields", .open(.text), "Header fields of that frame, such as ipv4.ttl."),
            Key("frame", .hex, "All bytes of that frame."),
            Key("packet", .text, "That frame in packet notation; all bytes are compared."),
        ])

    static let expectedCounters = KeySet(
        "expected counters",
        [Key("device", .device, "The device.", isRequired: true)]
            + CounterName.allCases.map {
                Key($0.rawValue, .integer(0...1_000_000_000_000), "Change of \($0.rawValue) since the steps began.")
            })

    static let expectedDatagrams = KeySet(
        "expected datagrams",
        [
            Key("socket", .text, "The socket.", isRequired: true), count,
            Key("payload", .either([.text, .mapping("a payload")]), "Of the last one."),
            Key("from", .socketAddress, "Sender of the last one."),
            Key("error", .errno, "The socket's pending error."),
        ])

    static let expectedEntry = KeySet(
        "an expected entry",
        [
            Key("map", .text, "The map.", isRequired: true),
            Key("key", .value, "The entry's key.", isRequired: true),
            Key("value", .value, "The entry's value."),
            Key("absent", .boolean, "Whether there is no such entry."),
            Key("cpu", .integer(0...63), "Which value of a per-CPU map."),
        ])

    static let expectedChain = KeySet(
        "an expected chain",
        [
            Key("device", .device, "The device; netkit's primary for both of its hooks.", isRequired: true),
            Key("hook", .word(hookNames), "The hook.", isRequired: true),
            Key("programs", .list(.text), "The attachments in order."),
            Key("revision", .unsigned, "The chain's revision."),
        ])

    static let expectedRun = KeySet(
        "an expected program run",
        [
            Key("program", .text, "The program's name.", isRequired: true), count,
            Key("hook", .word(runNames), "Count only runs at this hook."),
            Key("device", .device, "Count only runs at this device."),
            Key("verdict", .text, "The verdict of the last one, as a word or a number."),
            Key("context", .text, "What the last one ran in, such as `task curl` or `softirq on idle`."),
            Key("cpu", .integer(0...63), "Where the last one ran."),
        ])

    static let expectedDrops = KeySet(
        "expected drops",
        [
            count,
            Key("device", .device, "Count only those at this device."),
            Key("reason", .text, "Count only those with this kernel reason."),
            Key("place", .text, "Count only those by this kernel function."),
        ])

    static let expectedSoftnet = KeySet(
        "expected softnet counters",
        [
            Key("cpu", .integer(0...63), "The CPU.", isRequired: true),
            Key("processed", .integer(0...4_294_967_295), "Change of the packets processed."),
            Key("dropped", .integer(0...4_294_967_295), "Change of the packets dropped."),
            Key("time_squeeze", .integer(0...4_294_967_295), "Change of the polls cut short."),
            Key("received_rps", .integer(0...4_294_967_295), "Change of the IPIs received."),
        ])

    static let expectedNeighbour = KeySet(
        "an expected neighbour",
        [
            Key("device", .device, "The device that it is behind.", isRequired: true),
            Key("address", .address, "Its IP address.", isRequired: true),
            Key("mac", .linkAddress, "Its link-layer address."),
            Key("state", .word(NeighbourWord.allCases.map(\.rawValue)), "Its state, in `ip neigh` words."),
        ])

    /// Every key set of the format; the first is the whole file's.
    static let all: [KeySet] = [
        scenario, machine, host, device, end, netkit, veth, nic, route, neighbour, object, attachment, socket, capture,
        step, send, ping, injection, payload, detachment, setting, deletion, mapEntry, value, expectation,
        expectedFrames, expectedCounters, expectedDatagrams, expectedEntry, expectedChain, expectedRun, expectedDrops,
        expectedSoftnet, expectedNeighbour,
    ]
}

/// A device counter by its name in `ip -s -j link` output.
public enum CounterName: String, CaseIterable, Sendable {
    case receivedPackets = "rx_packets"
    case receivedBytes = "rx_bytes"
    case receiveErrors = "rx_errors"
    case receiveDropped = "rx_dropped"
    case receiveNoHandler = "rx_nohandler"
    case otherHostDropped = "rx_otherhost_dropped"
    case transmittedPackets = "tx_packets"
    case transmittedBytes = "tx_bytes"
    case transmitDropped = "tx_dropped"
}

/// A neighbour's state by its word in `ip neigh`.
public enum NeighbourWord: String, CaseIterable, Sendable {
    case none, incomplete, reachable, stale, delay, probe, failed, noarp, permanent
}
