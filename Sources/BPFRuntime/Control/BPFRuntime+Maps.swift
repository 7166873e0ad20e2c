public import KernelControl
import LinuxABI

extension BPFRuntime {
    /// BPF_MAP_CREATE.
    ///
    /// - Throws: the kernel's errno for attributes that the type doesn't take (``MapGeometry/init(checking:)``), `ENOMEM`
    ///   where the arena is full; "not modelled: map type …".
    public func createMap(_ request: MapCreate) throws(ControlError) -> Descriptor {
        let geometry = try MapGeometry(checking: request)
        let map: BPFMap
        do throws(KernelErrno) {
            map =
                switch geometry.type {
                case .array, .perCPUArray: try ArrayMap(geometry, id: lastMapID + 1, memory: mapMemory)
                case .programArray: try ProgramArrayMap(geometry, id: lastMapID + 1, memory: mapMemory)
                default: try HashMap(geometry, id: lastMapID + 1, memory: mapMemory)
                }
        } catch {
            throw .errno(error)
        }
        lastMapID += 1
        return descriptors.open(map)
    }

    /// BPF_MAP_LOOKUP_ELEM: the value at `key`; of a per-CPU map all CPUs' values, each rounded up to 8 bytes; of a program
    /// array the program's id.
    ///
    /// - Throws: `ENOENT` where there is none, `EPERM` for a write-only map, `EFAULT` where `key` is too short.
    public func lookup(_ map: Descriptor, key: [UInt8]) throws(ControlError) -> [UInt8] {
        let map = try self.map(map)
        try allowRead(map)
        try check(key, map.geometry.keySize)
        return try Self.control { () throws(KernelErrno) in
            try unsafe Self.filled(map.exchangedValueSize) { (target) throws(KernelErrno) in
                try unsafe Self.withBytes(key) { (key) throws(KernelErrno) in
                    try unsafe map.copyValue(key, to: target)
                }
            }
        }
    }

    /// BPF_MAP_UPDATE_ELEM.
    ///
    /// - Throws: `EPERM` for a read-only or frozen map; else what the map's type says (`update` of each).
    public func update(_ map: Descriptor, key: [UInt8], value: [UInt8], flags: UInt64) throws(ControlError) {
        let map = try self.map(map)
        try allowWrite(map)
        guard flags & MapUpdateMode.lockFlag == 0 else { throw .errno(.EINVAL) }
        try check(key, map.geometry.keySize)
        try check(value, map.exchangedValueSize)
        if let array = map as? ProgramArrayMap {
            try updateProgram(array, key: key, value: value, flags: flags)
            return
        }
        try Self.control { () throws(KernelErrno) in
            try unsafe Self.withBytes(key) { (key) throws(KernelErrno) in
                try unsafe Self.withBytes(value) { (value) throws(KernelErrno) in
                    try unsafe map.updateAll(key, value, flags: flags)
                }
            }
        }
    }

    /// BPF_MAP_DELETE_ELEM.
    ///
    /// - Throws: `EPERM` for a read-only or frozen map, `ENOENT` where there is none, `EINVAL` for arrays.
    public func delete(_ map: Descriptor, key: [UInt8]) throws(ControlError) {
        let map = try self.map(map)
        try allowWrite(map)
        try check(key, map.geometry.keySize)
        try Self.control { () throws(KernelErrno) in
            try unsafe Self.withBytes(key) { (key) throws(KernelErrno) in try unsafe map.delete(key) }
        }
    }

    /// BPF_MAP_GET_NEXT_KEY: the key after `key`, or the first one.
    ///
    /// - Throws: `ENOENT` after the last, `EPERM` for a write-only map.
    public func nextKey(_ map: Descriptor, after key: [UInt8]?) throws(ControlError) -> [UInt8] {
        let map = try self.map(map)
        try allowRead(map)
        if let key { try check(key, map.geometry.keySize) }
        return try Self.control { () throws(KernelErrno) in
            try unsafe Self.filled(map.geometry.keySize) { (target) throws(KernelErrno) in
                guard let key else {
                    try unsafe map.nextKey(after: nil, to: target)
                    return
                }
                try unsafe Self.withBytes(key) { (key) throws(KernelErrno) in
                    try unsafe map.nextKey(after: key, to: target)
                }
            }
        }
    }

    /// BPF_MAP_FREEZE: closes a map to writes through this interface.
    ///
    /// - Throws: `EPERM` for a read-only map and for one that is frozen already.
    public func freeze(_ map: Descriptor) throws(ControlError) {
        let map = try self.map(map)
        try allowWrite(map)
        map.isFrozen = true
    }

    /// The map behind a descriptor.
    ///
    /// - Throws: `EBADF`, or `EINVAL` where something else is behind it.
    public func map(_ descriptor: Descriptor) throws(ControlError) -> BPFMap {
        try descriptors.object(descriptor, as: BPFMap.self)
    }

    /// The value is a program's descriptor; the array takes the program if it is compatible (`bpf_prog_map_compatible`).
    private func updateProgram(
        _ array: ProgramArrayMap, key: [UInt8], value: [UInt8], flags: UInt64
    ) throws(ControlError) {
        let descriptor = value[..<4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        try Self.control { () throws(KernelErrno) in
            try unsafe Self.withBytes(key) { (key) throws(KernelErrno) in
                try unsafe array.set(key, flags: flags) { () throws(KernelErrno) in
                    let object = descriptors.object(Descriptor(rawValue: Int32(bitPattern: descriptor)))
                    guard let object else { throw .EBADF }
                    guard let program = object as? LoadedProgram else { throw .EINVAL }
                    return program
                }
            }
        }
    }

    private func allowRead(_ map: BPFMap) throws(ControlError) {
        guard !map.geometry.flags.contains(.writeOnly) else { throw .errno(.EPERM) }
    }

    private func allowWrite(_ map: BPFMap) throws(ControlError) {
        guard !map.isFrozen, !map.geometry.flags.contains(.readOnly) else { throw .errno(.EPERM) }
    }

    /// A system call would read past a buffer that is too short.
    private func check(_ bytes: [UInt8], _ needed: Int) throws(ControlError) {
        guard bytes.count >= needed else {
            throw .errno(.EFAULT, "\(bytes.count) bytes, the map needs \(needed)")
        }
    }

    private static func control<T>(_ body: () throws(KernelErrno) -> T) throws(ControlError) -> T {
        do throws(KernelErrno) { return try body() } catch { throw .errno(error) }
    }

    private static func withBytes<T>(
        _ bytes: [UInt8], _ body: (UnsafeRawPointer) throws(KernelErrno) -> T
    ) throws(KernelErrno) -> T {
        let result: Result<T, KernelErrno> = unsafe bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return .failure(.EFAULT) }
            do throws(KernelErrno) { return .success(unsafe try body(start)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func filled(
        _ count: Int, _ body: (UnsafeMutableRawPointer) throws(KernelErrno) -> Void
    ) throws(KernelErrno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result: Result<Void, KernelErrno> = unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let start = buffer.baseAddress else { return .failure(.EFAULT) }
            do throws(KernelErrno) { return .success(unsafe try body(start)) } catch { return .failure(error) }
        }
        try result.get()
        return bytes
    }
}
