import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// What a host remembers of the BPF objects behind its descriptors.
final class BPFObjects {
    /// How keys and values of a map are exchanged.
    struct MapShape {
        let keySize: Int
        let valueSize: Int
        let isPerCPU: Bool
    }

    var maps: [Descriptor: MapShape] = [:]
    /// Programs by descriptor: their ids.
    var programIDs: [Descriptor: UInt32] = [:]
    /// Descriptors of maps, programs and links that are open.
    private var open: Set<Descriptor> = []
    /// Made with the first namespace.
    var witness: Witness?
    /// What kept the kernel from being witnessed at all.
    var whyUnwitnessed: String?
    /// What kept programs from being watched.
    var whyRunsAreUnseen: String?

    /// Remembers a descriptor that the kernel gave.
    func opened(_ number: Int32) -> Descriptor {
        let descriptor = Descriptor(rawValue: number)
        open.insert(descriptor)
        return descriptor
    }

    /// Forgets a descriptor that is about to be closed.
    func forget(_ descriptor: Descriptor) {
        maps[descriptor] = nil
        programIDs[descriptor] = nil
        open.remove(descriptor)
    }

    /// Lets go of everything: links detach, programs stay where they were attached without one.
    func closeAll() {
        for descriptor in open {
            forget(descriptor)
            Glibc.close(descriptor.rawValue)
        }
        witness = nil
    }

    /// CPUs that the machine could ever have, for each of which a per-CPU map holds a value.
    static func possibleCPUs() throws(ControlError) -> Int {
        let path = "/sys/devices/system/cpu/possible"
        let text = try OpenFile.text(of: path)
        guard let count = cpuCount(of: text) else {
            throw .unavailable("\(path) says '\(text)', expected a list of CPUs such as '0-3'")
        }
        return count
    }

    /// One more than the highest number of a list such as `0-3` or `0,2-5`; nil for anything else.
    static func cpuCount(of list: String) -> Int? {
        var count = 0
        for range in list.split(separator: ",") {
            let ends = range.split(separator: "-").map { Int($0) }
            guard (1...2).contains(ends.count), let last = ends[ends.count - 1], last >= 0 else { return nil }
            count = max(count, last + 1)
        }
        return count > 0 ? count : nil
    }
}
