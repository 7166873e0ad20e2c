import BPFRuntime
public import KernelControl

/// bpf(2)'s commands about maps and programs: the runtime's own answers.
extension SimulatedHost {
    public func createMap(_ request: MapCreate) throws(ControlError) -> Descriptor {
        try runtime.createMap(request)
    }

    public func lookup(_ map: Descriptor, key: [UInt8]) throws(ControlError) -> [UInt8] {
        try runtime.lookup(map, key: key)
    }

    public func update(_ map: Descriptor, key: [UInt8], value: [UInt8], flags: UInt64) throws(ControlError) {
        try runtime.update(map, key: key, value: value, flags: flags)
    }

    public func delete(_ map: Descriptor, key: [UInt8]) throws(ControlError) { try runtime.delete(map, key: key) }

    public func nextKey(_ map: Descriptor, after key: [UInt8]?) throws(ControlError) -> [UInt8] {
        try runtime.nextKey(map, after: key)
    }

    public func freeze(_ map: Descriptor) throws(ControlError) { try runtime.freeze(map) }

    public func loadProgram(_ request: ProgramLoad) throws(ControlError) -> (descriptor: Descriptor, log: String) {
        let loaded = try runtime.loadProgram(request)
        programRegistry.add(try runtime.program(loaded.descriptor))
        return loaded
    }

    public func testRun(_ program: Descriptor, _ request: TestRun) throws(ControlError) -> TestRunResult {
        try call { () throws(ControlError) in try runtime.testRun(program, request) }
    }

    public func programID(_ program: Descriptor) throws(ControlError) -> UInt32 { try runtime.programID(program) }

    public func takeTracePipe() throws(ControlError) -> [String] { programs.takeTracePipe() }

    public func close(_ descriptor: Descriptor) throws(ControlError) { try runtime.close(descriptor) }
}
