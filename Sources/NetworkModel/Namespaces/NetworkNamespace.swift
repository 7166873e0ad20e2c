public import KernelControl
import LinuxABI

/// A network namespace: its devices by index and name, and its protocols.
@safe public final class NetworkNamespace {
    public let name: NamespaceName
    @inline(__always) public var network: Network { unsafe networkReference }
    // The network owns its namespaces.
    private unowned(unsafe) let networkReference: Network
    /// The namespace's ARP, IP, routes, neighbours and sockets.
    @safe @exclusivity(unchecked) public internal(set) var stack: any ProtocolStack
    /// `lo`, index 1.
    @safe @exclusivity(unchecked) public internal(set) var loopback: NetworkDevice?

    /// Devices whose index is small, by index; the way of nearly every look-up.
    @safe @exclusivity(unchecked) private var small: [NetworkDevice?] = []
    /// Devices with an index that a user asked for and that is too large for ``small``.
    @safe @exclusivity(unchecked) private var large: [UInt32: NetworkDevice] = [:]
    private var byName: [String: NetworkDevice] = [:]
    /// The index given out last (`net->ifindex`).
    private var lastIndex: UInt32 = 0
    private static let smallLimit: UInt32 = 4096

    /// A namespace without protocols; ``Network`` sets them at once, since they need the namespace.
    init(name: NamespaceName, network: Network) {
        self.name = name
        unsafe networkReference = network
        stack = NoStack()
    }

    /// The device with an index (`dev_get_by_index_rcu`).
    @inline(__always) public func device(index: UInt32) -> NetworkDevice? {
        if index < UInt32(small.count) { return small[Int(index)] }
        return large.isEmpty ? nil : large[index]
    }

    /// The device with a name (`__dev_get_by_name`).
    public func device(named name: String) -> NetworkDevice? { byName[name] }

    /// All devices by index.
    public var devices: [NetworkDevice] {
        small.compactMap { $0 } + large.values.sorted { $0.index < $1.index }
    }

    /// The next free index after the one given out last (`dev_index_reserve`, which allocates cyclically).
    func freeIndex() -> UInt32 {
        repeat {
            lastIndex = lastIndex >= UInt32(Int32.max) ? 1 : lastIndex + 1
        } while device(index: lastIndex) != nil
        return lastIndex
    }

    /// The name that a device gets (`dev_prep_valid_name`): a template such as `nk%d` takes its smallest free number. EINVAL
    /// for a name that is none, EEXIST for one that is taken.
    func resolveName(_ wanted: String) throws(ControlError) -> String {
        guard Self.isValidName(wanted) else { throw .errno(.EINVAL) }
        guard wanted.utf8.contains(UInt8(ascii: "%")) else {
            if byName[wanted] != nil { throw .errno(.EEXIST) }
            return wanted
        }
        guard wanted.utf8.filter({ $0 == UInt8(ascii: "%") }).count == 1, let range = Self.template(in: wanted) else {
            throw .errno(.EINVAL)
        }
        var number = 0
        while true {
            let name = wanted[..<range.lowerBound] + String(number) + wanted[range.upperBound...]
            guard Self.isValidName(String(name)) else { throw .errno(.EINVAL) }
            if byName[String(name)] == nil { return String(name) }
            number += 1
        }
    }

    private static func template(in name: String) -> Range<String.Index>? {
        guard let percent = name.firstIndex(of: "%") else { return nil }
        let letter = name.index(after: percent)
        guard letter < name.endIndex, name[letter] == "d" else { return nil }
        return percent..<name.index(after: letter)
    }

    /// `dev_valid_name`: 1 to 15 bytes without `/`, `:` and white space, not `.` or `..`.
    private static func isValidName(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count < 16, name != ".", name != ".." else { return false }
        return !name.utf8.contains { byte in
            byte == UInt8(ascii: "/") || byte == UInt8(ascii: ":") || byte == 0x20 || (0x09...0x0D).contains(byte)
                || byte == 0xA0
        }
    }

    func insert(_ device: NetworkDevice) {
        let index = device.index
        if index < Self.smallLimit {
            while small.count <= Int(index) { small.append(nil) }
            small[Int(index)] = device
        } else {
            large[index] = device
        }
        byName[device.name] = device
    }

    func remove(_ device: NetworkDevice) {
        if device.index < UInt32(small.count) {
            small[Int(device.index)] = nil
        } else {
            large[device.index] = nil
        }
        byName[device.name] = nil
    }

    func rename(_ device: NetworkDevice, to name: String) {
        byName[device.name] = nil
        device.name = name
        byName[name] = device
    }
}
