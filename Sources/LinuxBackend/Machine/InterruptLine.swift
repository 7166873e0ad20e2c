/// An interrupt of a device's queue, from a line of /proc/interrupts.
struct InterruptLine: Hashable {
    let number: Int
    /// `virtio0-input.0`
    let name: String

    /// Whether frames come in with it.
    var isInput: Bool { name.contains("-input") }

    /// The interrupts of a device's input and output queues, such as those of `virtio0`.
    static func lines(of device: String, in text: String) -> [Self] {
        text.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: " ")
            guard let first = columns.first, first.hasSuffix(":"), let number = Int(first.dropLast()),
                let name = columns.last,
                name.hasPrefix("\(device)-input.") || name.hasPrefix("\(device)-output.")
            else { return nil }
            return Self(number: number, name: String(name))
        }
    }

    /// Where CPUs are written that may serve it.
    var affinityPath: String { "/proc/irq/\(number)/smp_affinity_list" }

    /// Where the kernel says which one does; a change takes effect with the next interrupt.
    var effectiveAffinityPath: String { "/proc/irq/\(number)/effective_affinity_list" }
}
