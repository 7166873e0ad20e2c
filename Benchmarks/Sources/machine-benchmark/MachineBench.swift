import BPFInstructionSet
import BPFMachine
import CMachinePrograms
import SimulationCore

/// The environment of the measured programs: helper 1 is the C function that the native forms call too.
final class BenchmarkEnvironment: ExecutionEnvironment {
    override func call(
        helper: UInt32, _ r1: UInt64, _ r2: UInt64, _ r3: UInt64, _ r4: UInt64, _ r5: UInt64
    ) -> UInt64 {
        guard helper == 1, let key = unsafe regions.readable(r2, 8)?.baseAddress else {
            pendingFault = .unknownHelper(helper)
            return 0
        }
        let map = unsafe UnsafeMutableRawPointer(bitPattern: UInt(r1))
        return UInt64(UInt(bitPattern: unsafe machine_map_lookup(map, key)))
    }
}

/// The programs, their memory, and both ways of running them.
@safe final class MachineBench {
    private let arena = MemoryArena(capacity: 1 << 24)
    private let environment: BenchmarkEnvironment
    private let context: UnsafeMutablePointer<machine_context>
    private let packet: UnsafeMutableRawPointer
    private let map: UnsafeMutablePointer<machine_map>

    private static let mapEntries = 256

    init() {
        environment = BenchmarkEnvironment(arena: arena)
        guard let contextBlock = unsafe arena.allocate(MemoryLayout<machine_context>.size),
            let packetBlock = unsafe arena.allocate(2048),
            let mapBlock = unsafe arena.allocate(MemoryLayout<machine_map>.size),
            let entries = unsafe arena.allocate(Self.mapEntries * MemoryLayout<machine_entry>.stride)
        else { quit("the arena is full") }
        unsafe context = contextBlock.bindMemory(to: machine_context.self, capacity: 1)
        unsafe packet = packetBlock
        unsafe map = mapBlock.bindMemory(to: machine_map.self, capacity: 1)
        unsafe map.pointee.entries = entries.bindMemory(to: machine_entry.self, capacity: Self.mapEntries)
        unsafe map.pointee.mask = UInt64(Self.mapEntries - 1)
        unsafe environment.regions.insert(
            base: entries, byteCount: Self.mapEntries * MemoryLayout<machine_entry>.stride, isWritable: true)
        unsafe environment.regions.set(
            .context, base: contextBlock, byteCount: MemoryLayout<machine_context>.size, isWritable: false)
    }

    /// Fills packet, map and context as the program called `name` wants them, the same each time.
    private func prepare(_ name: String) {
        for index in stride(from: UInt64(0), to: 16, by: 2) {
            unsafe machine_map_insert(map, index * 0x10001, index + 100)
        }
        let bytes: [UInt8]
        switch name {
        case "state_machine":
            let text = Array("alpha 12.5 beta42 \"quoted text\" x9 1024 gamma: 7.25 ".utf8)
            bytes = (0..<1200).map { text[$0 % text.count] }
        case "checksum": bytes = (0..<1500).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) }
        default:
            // Ethernet, IPv4 and UDP, 64 bytes each, ports and addresses varied.
            bytes = (0..<16).flatMap { (index: Int) -> [UInt8] in
                let low = UInt8(index)
                return [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]
                    + [0x45, 0, 0, 50, 0, low, 0x40, 0, 64, 17, 0x12, 0x34]
                    + [192, 168, 0, low, 10, 0, low, 1]
                    + [0x30, low, 0, index % 2 == 0 ? 53 : 80, 0, 30, 0, 0] + [UInt8](repeating: low, count: 22)
            }
        }
        unsafe packet.copyMemory(from: bytes, byteCount: bytes.count)
        unsafe environment.regions.set(.packet, base: packet, byteCount: bytes.count, isWritable: true)
        unsafe context.pointee.data = packet.bindMemory(to: UInt8.self, capacity: bytes.count)
        unsafe context.pointee.data_end = context.pointee.data + bytes.count
        unsafe context.pointee.map = UnsafeMutableRawPointer(map)
        unsafe context.pointee.count = name == "primes" ? 120 : 1000
    }

    /// Runs each program in both forms, `rounds` times in turn, after comparing their results.
    func measure(rounds: Int) throws -> [Measurement] {
        try unsafe withUnsafeBytes(of: machine_programs) { raw in
            let programs = unsafe raw.bindMemory(to: machine_program.self)
            return try (0..<programs.count).map { index in
                let native = unsafe programs[index]
                guard let name = unsafe native.name.map({ unsafe String(cString: $0) }), let run = unsafe native.run,
                    let bytes = programBytes.first(where: { $0.name == name })
                else { throw BenchmarkError(description: "program \(index) has no BPF form") }
                return unsafe try measure(name, run, DecodedProgram(instructions(bytes.hexadecimal)), rounds)
            }
        }
    }

    private func measure(
        _ name: String, _ native: @convention(c) (UnsafeMutablePointer<machine_context>?) -> UInt64,
        _ program: DecodedProgram, _ rounds: Int
    ) throws -> Measurement {
        let r1 = unsafe UInt64(UInt(bitPattern: context))
        // Same results, the packet's bytes included; three runs, since some programs change what the next one reads.
        prepare(name)
        let expected = (0..<3).map { _ in unsafe native(context) }
        let expectedPacket = unsafe [UInt8](UnsafeRawBufferPointer(start: packet, count: 2048))
        prepare(name)
        let found = try (0..<3).map { _ in
            try Interpreter.run(program, r1: r1, environment: environment, countsInstructions: true)
        }
        let foundPacket = unsafe [UInt8](UnsafeRawBufferPointer(start: packet, count: 2048))
        guard expected == found, expectedPacket == foundPacket else {
            throw BenchmarkError(description: "\(name): native \(expected), interpreted \(found)")
        }
        let instructions = environment.executedInstructions

        // Batches of about a millisecond interpreted, and the same number of runs natively.
        let batch = max(1, 2_000_000 / (instructions + 20))
        var nativeTimes: [Double] = []
        var interpretedTimes: [Double] = []
        var sum: UInt64 = 0
        for _ in 0..<rounds {
            prepare(name)
            var start = threadTime()
            for _ in 0..<batch { sum &+= unsafe native(context) }
            nativeTimes.append((threadTime() - start) / Double(batch))
            prepare(name)
            start = threadTime()
            for _ in 0..<batch { sum &-= try Interpreter.run(program, r1: r1, environment: environment) }
            interpretedTimes.append((threadTime() - start) / Double(batch))
        }
        guard sum == 0 else { throw BenchmarkError(description: "\(name): results differ during the measurement") }
        return Measurement(
            name: name, instructions: instructions, native: median(nativeTimes),
            interpreted: median(interpretedTimes),
            ratio: median(zip(interpretedTimes, nativeTimes).map { $0 / $1 }))
    }

    private func instructions(_ hexadecimal: String) -> [Instruction] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        return stride(from: 0, to: bytes.count, by: Instruction.byteCount).map {
            Instruction(littleEndian: bytes, at: $0)
        }
    }
}
