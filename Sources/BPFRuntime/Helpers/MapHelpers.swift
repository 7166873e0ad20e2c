import LinuxABI

/// bpf_map_lookup_elem and its kin (kernel/bpf/helpers.c).
extension ProgramEnvironment {
    /// `bpf_map_lookup_elem`: the value's address, or 0.
    func mapLookup(_ mapAddress: UInt64, _ keyAddress: UInt64) -> UInt64 {
        guard let found = unsafe maps.unmanagedMap(at: mapAddress) else {
            refuseMap(mapAddress)
            return 0
        }
        return unsafe found._withUnsafeGuaranteedRef { map in
            guard let key = unsafe readable(keyAddress, map.keySize) else { return 0 }
            let cpu = map.isPerCPU ? host.currentCPU : 0
            return unsafe UInt64(UInt(bitPattern: map.lookup(key, cpu: cpu)))
        }
    }

    /// `bpf_map_lookup_percpu_elem`: another CPU's value, or 0.
    func mapLookup(_ mapAddress: UInt64, _ keyAddress: UInt64, cpu: UInt64) -> UInt64 {
        guard let map = map(mapAddress), let key = unsafe readable(keyAddress, map.keySize) else { return 0 }
        let cpu = UInt32(truncatingIfNeeded: cpu)
        guard cpu < maps.possibleCPUs else { return 0 }
        return unsafe UInt64(UInt(bitPattern: map.lookup(key, cpu: Int(cpu))))
    }

    /// `bpf_map_update_elem`.
    func mapUpdate(_ mapAddress: UInt64, _ keyAddress: UInt64, _ valueAddress: UInt64, _ flags: UInt64) -> UInt64 {
        guard let map = map(mapAddress), let key = unsafe readable(keyAddress, map.keySize),
            let value = unsafe readable(valueAddress, map.valueSize)
        else { return 0 }
        // Any store may need the CPU: for its own value, or for its spare element.
        let cpu = host.currentCPU
        return KernelErrno.result { () throws(KernelErrno) in
            unsafe try map.update(key, value, flags: flags, cpu: cpu)
        }
    }

    /// `bpf_map_delete_elem`.
    func mapDelete(_ mapAddress: UInt64, _ keyAddress: UInt64) -> UInt64 {
        guard let map = map(mapAddress), let key = unsafe readable(keyAddress, map.keySize) else { return 0 }
        return KernelErrno.result { () throws(KernelErrno) in unsafe try map.delete(key) }
    }
}
