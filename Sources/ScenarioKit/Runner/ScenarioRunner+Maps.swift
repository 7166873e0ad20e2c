import BPFObjectFile
import KernelControl
import LinuxABI

extension ScenarioRunner {
    /// Reads maps that a report can show: small ones whose values are bytes, without those of read-only data.
    func observeMaps() throws(ScenarioError) {
        for (index, object) in objects.enumerated() {
            for (map, descriptor) in zip(object.file.maps, object.maps) where map.isReportable {
                let entries = try request("map dump \(map.name)", at: scenario.objects[index].place) {
                    () throws(ControlError) in try self.entries(of: descriptor, limit: 256)
                }
                result.observations.maps.append(
                    .init(
                        object: scenario.objects[index].name, name: map.name, entries: entries,
                        valueStride: map.isPerCPU ? (Int(map.valueSize) + 7) / 8 * 8 : nil))
            }
        }
    }

    /// The first entries of a map, in the kernel's order.
    private func entries(
        of map: Descriptor, limit: Int
    ) throws(ControlError) -> [(key: [UInt8], value: [UInt8])] {
        var entries: [(key: [UInt8], value: [UInt8])] = []
        var key: [UInt8]?
        while entries.count < limit {
            do {
                let next = try kernel.nextKey(map, after: key)
                entries.append((next, try kernel.lookup(map, key: next)))
                key = next
            } catch {
                guard case .kernel(let failure) = error, failure.errno == .ENOENT else { throw error }
                break
            }
        }
        return entries
    }
}

extension MapSpecification {
    /// Whether its entries say something in a report.
    var isReportable: Bool {
        let types: [MapType] = [.hash, .array, .perCPUHash, .perCPUArray, .lruHash, .lruPerCPUHash, .lpmTrie]
        return types.contains(type) && !isFrozen && maxEntries <= 256 && valueSize <= 256
    }
}
