import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// A helper exists, may be called, and gets what it expects (`check_helper_call`).
    func checkHelperCall(_ current: Instruction) throws(Refusal) {
        let id = current.immediate
        guard let name = HelperName.name(of: id) else { throw Refusal(.EINVAL, "invalid func unknown#\(id)") }
        guard let prototype = HelperPrototype.schedCls(id) else {
            throw Refusal(.EINVAL, "program of this type cannot use helper \(name)#\(id)")
        }
        if prototype.isGPLOnly, !program.isGPLCompatible {
            throw Refusal(.EINVAL, "cannot call GPL-restricted function from non-GPL compatible program")
        }
        guard prototype.isModelled else { throw .notModelled("helper \(name)#\(id)") }
        let call = HelperCall(prototype)
        for index in prototype.arguments.indices { try checkArgument(index, call) }
        try recordMap(call)
        try recordKey(call)
        // What the helper fills in was not looked at before; it is data from now on.
        for byte in 0..<call.writtenSize {
            try checkAccess(through: call.writtenRegister, offset: byte, size: 1, .write, value: nil)
        }
        try forgetCallerSaved(in: frame)
        setResult(call)
        try checkMapFits(call, name)
        if HelperID.changesPacketData(id) { forgetPacketPointers() }
    }

    private func setResult(_ call: HelperCall) {
        let result = frame[0]
        switch call.prototype.result {
        case .integer:
            result.state.setUnknown()
            if call.prototype.id == HelperID.smpProcessorID { limitToProcessors(result) }
        case .void:
            result.type = .uninitialised
        case .mapValueOrNull:
            result.state.setKnown(0)
            result.state.map = call.map ?? 0
            result.type = RegisterType(kind: .mapValue, mayBeNull: true)
            result.id = nextID()
        case .socketOrNull:
            result.state.setKnown(0)
            result.type = RegisterType(kind: .socket, mayBeNull: true)
            result.id = nextID()
        case .tcpSocketOrNull:
            result.state.setKnown(0)
            result.type = RegisterType(kind: .tcpSocket, mayBeNull: true)
            result.id = nextID()
        }
    }

    /// `do_refine_retval_range`
    private func limitToProcessors(_ result: Register) {
        let last = UInt32(clamping: program.possibleCPUs - 1)
        result.value.umin = 0
        result.value.umax = UInt64(last)
        result.value.smin = 0
        result.value.smax = Int64(last)
        result.value.u32min = 0
        result.value.u32max = last
        result.value.s32min = 0
        result.value.s32max = Int32(bitPattern: last)
        result.value.synchronise()
        checkInvariants(result, "retval")
    }

    /// Notes which map a call uses, where it is always the same (`record_func_map`).
    private func recordMap(_ call: HelperCall) throws(Refusal) {
        guard let map = call.map else { return }
        switch call.prototype.id {
        case HelperID.mapDelete, HelperID.mapUpdate, HelperID.mapPush, HelperID.mapPop:
            if !maps[map].isWritableByProgram { throw Refusal(.EACCES, "write into map forbidden") }
        default: break
        }
        if records[instruction].hasSeveralMaps { return }
        let known = records[instruction].fact.map
        if known == nil, program.maps.indices.contains(map) {
            records[instruction].fact.map = map
        } else if known != map {
            records[instruction].fact.map = nil
            records[instruction].hasSeveralMaps = true
        }
    }

    /// Notes the index of a tail call, where it is always the same (`record_func_key`).
    private func recordKey(_ call: HelperCall) throws(Refusal) {
        guard call.prototype.id == HelperID.tailCall, let map = call.map else { return }
        guard maps[map].type == .programArray else {
            throw Refusal(.EINVAL, "kernel subsystem misconfigured verifier")
        }
        let index = frame[3]
        guard index.isConstant(low: false), index.value.tnum.value < UInt64(maps[map].maxEntries) else {
            records[instruction].fact.constantKey = nil
            records[instruction].hasSeveralKeys = true
            return
        }
        try markPrecise(3)
        guard !records[instruction].hasSeveralKeys else { return }
        let key = UInt32(truncatingIfNeeded: index.value.tnum.value)
        if records[instruction].fact.constantKey ?? key == key {
            records[instruction].fact.constantKey = key
        } else {
            records[instruction].fact.constantKey = nil
            records[instruction].hasSeveralKeys = true
        }
    }

    /// Map types and helpers that go together (`check_map_func_compatibility`).
    private func checkMapFits(_ call: HelperCall, _ name: String) throws(Refusal) {
        guard let map = call.map else { return }
        let id = call.prototype.id
        let type = maps[map].type.rawValue
        let isFitting =
            switch type {
            case MapTypeNumber.programArray: id == HelperID.tailCall
            case MapTypeNumber.perfEventArray: id == HelperID.perfEventOutput
            case MapTypeNumber.ringBuffer: id == HelperID.ringBufferOutput || id == HelperID.ringBufferQuery
            case MapTypeNumber.cgroupArray: id == HelperID.skbUnderCgroup
            case MapTypeNumber.deviceMap, MapTypeNumber.deviceMapHash, MapTypeNumber.xskMap,
                MapTypeNumber.arrayOfMaps, MapTypeNumber.hashOfMaps:
                id == HelperID.mapLookup
            case MapTypeNumber.sockMap, MapTypeNumber.sockHash:
                id == HelperID.mapLookup || id == HelperID.mapUpdate || id == HelperID.mapDelete
            case MapTypeNumber.queue, MapTypeNumber.stack:
                id == HelperID.mapPeek || id == HelperID.mapPop || id == HelperID.mapPush
            case MapTypeNumber.bloomFilter: id == HelperID.mapPeek || id == HelperID.mapPush
            case _ where MapTypeNumber.withoutHelpersHere.contains(type): false
            default: true
            }
        let isWanted =
            switch id {
            case HelperID.tailCall: type == MapTypeNumber.programArray
            case HelperID.perfEventOutput: type == MapTypeNumber.perfEventArray
            case HelperID.ringBufferOutput, HelperID.ringBufferQuery: type == MapTypeNumber.ringBuffer
            case HelperID.skbUnderCgroup: type == MapTypeNumber.cgroupArray
            case HelperID.mapPop: type == MapTypeNumber.queue || type == MapTypeNumber.stack
            case HelperID.mapPeek, HelperID.mapPush:
                [MapTypeNumber.queue, MapTypeNumber.stack, MapTypeNumber.bloomFilter].contains(type)
            case HelperID.mapLookupPerCPU: MapTypeNumber.perCPU.contains(type)
            default: true
            }
        guard isFitting, isWanted else {
            throw Refusal(.EINVAL, "cannot pass map_type \(type) into func \(name)#\(id)")
        }
        // Their look-ups give sockets with references, and updates take sockets.
        switch type {
        case MapTypeNumber.sockMap, MapTypeNumber.sockHash, MapTypeNumber.xskMap:
            throw .notModelled("map type \(maps[map].type) in \(name)#\(id)")
        default: break
        }
    }
}

/// Map types by number (`enum bpf_map_type`), as far as calls are judged by them.
private enum MapTypeNumber {
    static let programArray: UInt32 = 3
    static let perfEventArray: UInt32 = 4
    static let cgroupArray: UInt32 = 8
    static let arrayOfMaps: UInt32 = 12
    static let hashOfMaps: UInt32 = 13
    static let deviceMap: UInt32 = 14
    static let sockMap: UInt32 = 15
    static let xskMap: UInt32 = 17
    static let sockHash: UInt32 = 18
    static let queue: UInt32 = 22
    static let stack: UInt32 = 23
    static let deviceMapHash: UInt32 = 25
    static let ringBuffer: UInt32 = 27
    static let bloomFilter: UInt32 = 30
    static let perCPU: Set<UInt32> = [5, 6, 10]
    /// stack_trace, cpumap, cgroup_storage, reuseport_sockarray, percpu_cgroup_storage, sk_storage, inode_storage,
    /// task_storage, user_ringbuf, cgrp_storage: their helpers are of other program types, or not modelled.
    static let withoutHelpersHere: Set<UInt32> = [7, 16, 19, 20, 21, 24, 28, 29, 31, 32]
}
