public import BPFObjectFile
public import KernelControl
import LinuxABI

/// An object whose maps exist and whose programs are loaded, as a skeleton of libbpf has it.
public struct LoadedObject: Sendable {
    public let file: ObjectFile
    /// In the order of ``ObjectFile/maps``; nil for maps that no loaded program needed.
    public internal(set) var maps: [Descriptor]
    /// By name.
    public internal(set) var programs: [String: Descriptor]
    /// Verifier logs by program, empty ones included.
    public internal(set) var logs: [String: String]
}

/// Why an object could not be loaded: which part, and what the object's reader or the kernel said.
public enum LoadError: Error, Sendable, CustomStringConvertible {
    case object(ObjectFileError)
    case control(request: String, ControlError)

    public var description: String {
        switch self {
        case .object(let error): error.description
        case .control(let request, let error): "\(request): \(error)"
        }
    }
}

extension ObjectFile {
    /// Creates the object's maps, fills and freezes those of global data, loads programs and fills initial slots, in
    /// libbpf's order (bpf_object__load).
    ///
    /// `names` are the programs to load; nil loads every one that its section doesn't exclude.
    public func load(
        programs names: [String]? = nil, into kernel: any BPFControl, logLevel: UInt32 = 1
    ) throws(LoadError) -> LoadedObject {
        var loaded = LoadedObject(file: self, maps: [], programs: [:], logs: [:])
        for map in maps { loaded.maps.append(try create(map, in: kernel)) }
        try fillMapSlots(loaded, in: kernel)
        for specification in programs {
            guard names?.contains(specification.name) ?? specification.section.isAutoloaded else { continue }
            let linked: LinkedProgram
            do { linked = try link(specification) } catch { throw .object(error) }
            let request = try load(of: linked, maps: loaded.maps, logLevel: logLevel)
            do {
                let (descriptor, log) = try kernel.loadProgram(request)
                loaded.programs[specification.name] = descriptor
                loaded.logs[specification.name] = log
            } catch {
                throw .control(request: "load of program \(specification.name)", error)
            }
        }
        try fillProgramSlots(loaded, in: kernel)
        return loaded
    }

    private func create(_ map: MapSpecification, in kernel: any BPFControl) throws(LoadError) -> Descriptor {
        do {
            var template: Descriptor?
            if let inner = map.inner { template = try kernel.createMap(MapCreate(inner)) }
            var request = MapCreate(map)
            request.inner = template
            let descriptor = try kernel.createMap(request)
            if let template { try kernel.close(template) }
            if let value = map.initialValue {
                try kernel.update(descriptor, key: [0, 0, 0, 0], value: value, flags: 0)
                if map.isFrozen { try kernel.freeze(descriptor) }
            }
            return descriptor
        } catch {
            throw .control(request: "creation of map \(map.name)", error)
        }
    }

    /// Slots of maps of maps, which libbpf fills before programs are loaded.
    private func fillMapSlots(_ loaded: LoadedObject, in kernel: any BPFControl) throws(LoadError) {
        for (index, map) in maps.enumerated() where map.inner != nil {
            for slot in map.initialSlots {
                guard let target = maps.firstIndex(where: { $0.name == slot.target }) else { continue }
                try fill(slot, of: map, loaded.maps[index], with: loaded.maps[target], in: kernel)
            }
        }
    }

    /// Slots of program arrays, filled last.
    private func fillProgramSlots(_ loaded: LoadedObject, in kernel: any BPFControl) throws(LoadError) {
        for (index, map) in maps.enumerated() where map.type == .programArray {
            for slot in map.initialSlots {
                guard let program = loaded.programs[slot.target] else { continue }
                try fill(slot, of: map, loaded.maps[index], with: program, in: kernel)
            }
        }
    }

    private func fill(
        _ slot: MapSpecification.Slot, of map: MapSpecification, _ descriptor: Descriptor, with value: Descriptor,
        in kernel: any BPFControl
    ) throws(LoadError) {
        do {
            try kernel.update(
                descriptor, key: littleEndianBytes(slot.index),
                value: littleEndianBytes(UInt32(bitPattern: value.rawValue)), flags: 0)
        } catch {
            throw .control(request: "slot \(slot.index) of map \(map.name)", error)
        }
    }
}

/// A number's bytes, least significant first.
func littleEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}
