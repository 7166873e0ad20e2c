import BPFInstructionSet
import KernelControl
import LinuxABI
import PacketModel
import Trace

// MARK: - BPF

extension RequestLog {
    func createMap(_ request: MapCreate) throws(ControlError) -> Descriptor {
        try log(
            "create_map",
            {
                $0.set("type", number: request.type.rawValue)
                $0.set("name", text: request.name)
                $0.set("key", number: request.keySize)
                $0.set("value", number: request.valueSize)
                $0.set("entries", number: request.maxEntries)
                $0.set("flags", number: request.flags.rawValue)
            }, { () throws(ControlError) in try kernel.createMap(request) }, gives: { $0 })
    }

    func lookup(_ map: Descriptor, key: [UInt8]) throws(ControlError) -> [UInt8] {
        try log(
            "lookup",
            {
                $0.set("map", number: map.rawValue)
                $0.set("key", .hex(key))
            }, { () throws(ControlError) in try kernel.lookup(map, key: key) }, answer: { .hex($0) })
    }

    func update(_ map: Descriptor, key: [UInt8], value: [UInt8], flags: UInt64) throws(ControlError) {
        try log(
            "update",
            {
                $0.set("map", number: map.rawValue)
                $0.set("key", .hex(key))
                $0.set("value", .hex(value))
                $0.set("flags", number: flags)
            }, { () throws(ControlError) in try kernel.update(map, key: key, value: value, flags: flags) })
    }

    func delete(_ map: Descriptor, key: [UInt8]) throws(ControlError) {
        try log(
            "delete",
            {
                $0.set("map", number: map.rawValue)
                $0.set("key", .hex(key))
            }, { () throws(ControlError) in try kernel.delete(map, key: key) })
    }

    func nextKey(_ map: Descriptor, after key: [UInt8]?) throws(ControlError) -> [UInt8] {
        try log(
            "next_key",
            {
                $0.set("map", number: map.rawValue)
                $0.set("key", key.map { .hex($0) })
            }, { () throws(ControlError) in try kernel.nextKey(map, after: key) }, answer: { .hex($0) })
    }

    func freeze(_ map: Descriptor) throws(ControlError) {
        try log(
            "freeze", { $0.set("map", number: map.rawValue) },
            { () throws(ControlError) in try kernel.freeze(map) })
    }

    func loadProgram(_ request: ProgramLoad) throws(ControlError) -> (descriptor: Descriptor, log: String) {
        let loaded = try log(
            "load_program",
            {
                $0.set("name", text: request.name)
                $0.set("licence", text: request.licence)
                $0.set("instructions", .hex(request.instructions.flatMap(Self.bytes)))
            }, { () throws(ControlError) in try kernel.loadProgram(request) }, gives: { $0.descriptor })
        programs[try kernel.programID(loaded.descriptor)] = loaded.descriptor.rawValue
        return loaded
    }

    private static func bytes(_ instruction: Instruction) -> [UInt8] {
        let offset = UInt16(bitPattern: instruction.offset)
        let immediate = UInt32(bitPattern: instruction.immediate)
        return [
            instruction.opcode, instruction.destination | instruction.source << 4, UInt8(offset & 255),
            UInt8(offset >> 8),
        ] + (0..<4).map { UInt8(truncatingIfNeeded: immediate >> ($0 * 8)) }
    }

    func testRun(_ program: Descriptor, _ request: TestRun) throws(ControlError) -> TestRunResult {
        try kernel.testRun(program, request)
    }

    func programID(_ program: Descriptor) throws(ControlError) -> UInt32 { try kernel.programID(program) }
    func linkID(_ link: Descriptor) throws(ControlError) -> UInt32 { try kernel.linkID(link) }

    func attach(
        _ program: Descriptor, to device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) {
        try log(
            "attach", { Self.describe(&$0, program, device, namespace, type, position) },
            { () throws(ControlError) in
                try kernel.attach(program, to: device, in: namespace, as: type, at: position)
            })
    }

    func detach(
        _ program: Descriptor?, from device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) {
        try log(
            "detach", { Self.describe(&$0, program, device, namespace, type, position) },
            { () throws(ControlError) in
                try kernel.detach(program, from: device, in: namespace, as: type, at: position)
            })
    }

    func createLink(
        _ program: Descriptor, to device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) -> Descriptor {
        let link = try log(
            "create_link", { Self.describe(&$0, program, device, namespace, type, position) },
            { () throws(ControlError) in
                try kernel.createLink(program, to: device, in: namespace, as: type, at: position)
            }, gives: { $0 })
        links[try kernel.linkID(link)] = link.rawValue
        return link
    }

    func updateLink(
        _ link: Descriptor, to program: Descriptor, flags: UInt32, old: Descriptor?
    ) throws(ControlError) {
        try kernel.updateLink(link, to: program, flags: flags, old: old)
    }

    func detachLink(_ link: Descriptor) throws(ControlError) {
        try log(
            "detach_link", { $0.set("link", number: link.rawValue) },
            { () throws(ControlError) in try kernel.detachLink(link) })
    }

    /// Programs and links by the descriptors that the client has of them: ids differ from one kernel to the next.
    func query(device: String, in namespace: NamespaceName, type: AttachType) throws(ControlError) -> ChainInfo {
        try log(
            "query",
            {
                Self.describe(&$0, device, namespace)
                $0.set("hook", text: type.name)
            }, { () throws(ControlError) in try kernel.query(device: device, in: namespace, type: type) },
            answer: { chain in
                var object = JSONObject()
                object.set("revision", number: chain.revision)
                object.set("programs", .array(chain.programIDs.map { .number(programs[$0] ?? -1) }))
                object.set("links", .array(chain.linkIDs.map { .number(links[$0] ?? 0) }))
                return .object(object)
            })
    }

    func close(_ descriptor: Descriptor) throws(ControlError) {
        try log(
            "close_descriptor", { $0.set("descriptor", number: descriptor.rawValue) },
            { () throws(ControlError) in try kernel.close(descriptor) })
    }

    private static func describe(
        _ object: inout JSONObject, _ program: Descriptor?, _ device: String, _ namespace: NamespaceName,
        _ type: AttachType, _ position: AttachPosition
    ) {
        describe(&object, device, namespace)
        object.set("program", number: program?.rawValue)
        object.set("hook", text: type.name)
        object.set("flags", number: position.flags)
        object.set("revision", number: position.expectedRevision)
    }
}
