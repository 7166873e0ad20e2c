import KernelControl
import PacketModel

/// What stands for a scenario's NICs: interfaces of the machine, or ends of veth pairs.
struct NICPlaces {
    /// The interfaces of each wire of the scenario, taken in order.
    var wires: [String: Wire] = [:]
    /// Interfaces of the machine that are away from home.
    var borrowed: [BorrowedInterface] = []

    struct Wire {
        /// Names of the machine's interfaces that are free still.
        var free: [String] = []
        /// The end of a veth pair that waits for the wire's second NIC, by its name in the hidden namespace.
        var waiting: String?
        /// NICs that are plugged in.
        var count = 0
    }

    /// Ends of veth pairs that stand for NICs, by namespace and index.
    var pairEnds: Set<PairEnd> = []
    /// Whether veth pairs stood for wires.
    var hadPairs: Bool { !pairEnds.isEmpty }

    struct PairEnd: Hashable {
        let namespace: NamespaceName
        let index: UInt32
    }
}

/// An interface of the machine, as it was at home.
struct BorrowedInterface {
    let name: String
    let index: UInt32
    let address: LinkAddress
    let mtu: UInt32
    let wasUp: Bool
    /// The bus's device, such as `virtio0`, by which it is found again under any name.
    let device: String
    let wire: String
    /// Features that were changed, as they were.
    var features: [(name: String, isOn: Bool)] = []
    /// Interrupts whose CPUs were changed, with what they were.
    var interrupts: [(line: InterruptLine, cpus: String)] = []
}
