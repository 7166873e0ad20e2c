public import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// bpf(2)'s commands about maps (kernel/bpf/syscall.c).
extension LinuxHost {
    private typealias Create = BPFAttributes.MapCreate
    private typealias Element = BPFAttributes.MapElement

    public func createMap(_ request: MapCreate) throws(ControlError) -> Descriptor {
        let creation = BPFRequest(.mapCreate)
        creation.set(Create.mapType, request.type.rawValue)
        creation.set(Create.keySize, request.keySize)
        creation.set(Create.valueSize, request.valueSize)
        creation.set(Create.maxEntries, request.maxEntries)
        creation.set(Create.mapFlags, request.flags.rawValue)
        if let inner = request.inner { creation.set(Create.innerMapFD, inner.rawValue) }
        creation.set(name: request.name, at: Create.mapName)
        let descriptor = bpf.opened(try creation.perform())
        bpf.maps[descriptor] = BPFObjects.MapShape(
            keySize: Int(request.keySize), valueSize: Int(request.valueSize), isPerCPU: request.type.isPerCPU)
        return descriptor
    }

    /// A per-CPU map's answer has a value for each possible CPU; here as many as the scenario's machine has.
    public func lookup(_ map: Descriptor, key: [UInt8]) throws(ControlError) -> [UInt8] {
        let shape = try shape(of: map)
        let request = try element(.mapLookupElement, map, shape, key)
        let value = request.reserve(try exchangedSize(shape), at: Element.value)
        try request.perform()
        return resized(request.bytes(of: value), to: options.cpuCount, shape)
    }

    public func update(_ map: Descriptor, key: [UInt8], value: [UInt8], flags: UInt64) throws(ControlError) {
        let shape = try shape(of: map)
        let request = try element(.mapUpdateElement, map, shape, key)
        if shape.isPerCPU {
            try check(value, shape.stride * options.cpuCount)
            request.pass(resized(value, to: try BPFObjects.possibleCPUs(), shape), at: Element.value)
        } else {
            try check(value, shape.valueSize)
            request.pass(value, at: Element.value)
        }
        request.set(Element.flags, flags)
        try request.perform()
    }

    public func delete(_ map: Descriptor, key: [UInt8]) throws(ControlError) {
        try element(.mapDeleteElement, map, shape(of: map), key).perform()
    }

    public func nextKey(_ map: Descriptor, after key: [UInt8]?) throws(ControlError) -> [UInt8] {
        let shape = try shape(of: map)
        let request = try element(.mapNextKey, map, shape, key)
        let next = request.reserve(shape.keySize, at: Element.value)
        try request.perform()
        return Array(request.bytes(of: next).prefix(shape.keySize))
    }

    public func freeze(_ map: Descriptor) throws(ControlError) {
        let request = BPFRequest(.mapFreeze)
        request.set(Element.mapFD, map.rawValue)
        try request.perform()
    }

    private func element(
        _ command: BPFCommand, _ map: Descriptor, _ shape: BPFObjects.MapShape, _ key: [UInt8]?
    ) throws(ControlError) -> BPFRequest {
        let request = BPFRequest(command)
        request.set(Element.mapFD, map.rawValue)
        if let key {
            try check(key, shape.keySize)
            request.pass(key, at: Element.key)
        }
        return request
    }

    /// EBADF, or EINVAL where something else is behind the descriptor, as the kernel says before it looks at a key.
    private func shape(of map: Descriptor) throws(ControlError) -> BPFObjects.MapShape {
        if let shape = bpf.maps[map] { return shape }
        throw .errno(fcntl(map.rawValue, F_GETFD) < 0 ? .EBADF : .EINVAL)
    }

    private func exchangedSize(_ shape: BPFObjects.MapShape) throws(ControlError) -> Int {
        // Maps that hold descriptors have values of four bytes, which is what a lookup gives: an id.
        shape.isPerCPU ? shape.stride * (try BPFObjects.possibleCPUs()) : shape.valueSize
    }

    /// A per-CPU value for that many CPUs: the first ones of a longer one, or zeros at the end.
    private func resized(_ value: [UInt8], to cpuCount: Int, _ shape: BPFObjects.MapShape) -> [UInt8] {
        guard shape.isPerCPU else { return value }
        let length = shape.stride * cpuCount
        return Array(value.prefix(length)) + [UInt8](repeating: 0, count: max(0, length - value.count))
    }

    /// The kernel would read past the end of a buffer that is too short.
    private func check(_ bytes: [UInt8], _ needed: Int) throws(ControlError) {
        guard bytes.count >= needed else {
            throw .errno(.EFAULT, "\(bytes.count) bytes, the map needs \(needed)")
        }
    }
}

extension BPFObjects.MapShape {
    /// One CPU's part of a per-CPU value.
    fileprivate var stride: Int { (valueSize + 7) & ~7 }
}

extension MapType {
    fileprivate var isPerCPU: Bool { self == .perCPUArray || self == .perCPUHash || self == .lruPerCPUHash }
}
