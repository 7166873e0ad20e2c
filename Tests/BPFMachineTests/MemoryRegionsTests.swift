import BPFInstructionSet
import BPFMachine
import SimulationCore
import Testing

@Suite struct MemoryRegionsTests {
    private let arena = MemoryArena(capacity: 1 << 20)

    /// The address of a new block of `byteCount` bytes.
    private func block(_ byteCount: Int = 64) throws -> UnsafeRawPointer {
        unsafe UnsafeRawPointer(try #require(unsafe arena.allocate(byteCount)))
    }

    private func address(_ pointer: UnsafeRawPointer) -> UInt64 { UInt64(UInt(bitPattern: pointer)) }

    @Test func slotsAreSetMovedAndCleared() throws {
        let regions = MemoryRegions()
        let first = unsafe try block(64)
        let second = unsafe try block(64)
        unsafe regions.set(.packet, base: first, byteCount: 60, isWritable: true)
        #expect(unsafe regions.readable(address(first), 60)?.count == 60)
        #expect(unsafe regions.readable(address(first), 61) == nil)
        #expect(unsafe regions.readable(address(first) + 59, 1)?.count == 1)
        #expect(unsafe regions.readable(address(first) + 60, 1) == nil)
        #expect(unsafe regions.readable(address(first) - 1, 1) == nil)
        unsafe regions.set(.packet, base: second, byteCount: 60, isWritable: false)
        #expect(unsafe regions.readable(address(first), 1) == nil)
        #expect(unsafe regions.readable(address(second), 1) != nil)
        #expect(unsafe regions.writable(address(second), 1) == nil)
        regions.clear(.packet)
        #expect(unsafe regions.readable(address(second), 1) == nil)
    }

    /// Regions shorter than the access: the limit must not wrap.
    @Test(arguments: 0..<9)
    func smallRegions(_ byteCount: Int) throws {
        let regions = MemoryRegions()
        let base = unsafe try block()
        unsafe regions.set(.context, base: base, byteCount: byteCount, isWritable: true)
        for access in [1, 2, 4, 8] {
            for offset in -9...9 {
                let start = unsafe address(base) &+ UInt64(bitPattern: Int64(offset))
                let isInside = offset >= 0 && offset + access <= byteCount
                #expect(unsafe (regions.readable(start, access) != nil) == isInside)
            }
        }
    }

    /// The same, where the instruction's guess at the region was right a moment ago.
    @Test(arguments: Width.allCases, 0..<9)
    func regionThatHasShrunk(_ width: Width, _ byteCount: Int) throws {
        let environment = TestEnvironment(memory: [UInt8](repeating: 1, count: 16))
        let programs = try [
            DecodedProgram([.load(width, 0, 1, 1), .exit]), DecodedProgram([.store(width, 1, 1, k: 1), .exit]),
        ]
        for program in programs {
            unsafe environment.regions.set(.context, base: environment.context, byteCount: 16, isWritable: true)
            _ = try Interpreter.run(program, r1: environment.address, environment: environment)
            unsafe environment.regions.set(
                .context, base: environment.context, byteCount: byteCount, isWritable: true)
            let result = try? Interpreter.run(program, r1: environment.address, environment: environment)
            #expect((result != nil) == (byteCount >= width.byteCount + 1))
        }
    }

    @Test func nothingIsNeededForNoBytes() {
        let regions = MemoryRegions()
        #expect(unsafe regions.readable(0, 0)?.count == 0)
        #expect(unsafe regions.writable(0, 0)?.count == 0)
        #expect(unsafe regions.readable(0, -1) == nil)
        #expect(unsafe regions.readable(0, 1) == nil)
        #expect(unsafe regions.readable(.max, .max) == nil)
    }

    /// More regions than the table has entries; some removed, the others still found, one behind the other.
    @Test func manyRegions() throws {
        let regions = MemoryRegions()
        let blocks = unsafe try (0..<600).map { _ in unsafe try block(64) }
        for index in (0..<600).reversed() {
            unsafe regions.insert(base: blocks[index], byteCount: 40, isWritable: index % 2 == 0)
        }
        for index in stride(from: 0, to: 600, by: 3) { unsafe regions.remove(base: blocks[index]) }
        for index in 0..<600 {
            let start = unsafe address(blocks[index])
            #expect(unsafe (regions.readable(start + 39, 1) != nil) == (index % 3 != 0))
            #expect(unsafe (regions.writable(start, 40) != nil) == (index % 3 != 0 && index % 2 == 0))
            #expect(unsafe regions.readable(start + 40, 1) == nil)
        }
    }

    /// A program that walks over all regions, so that guesses are wrong at every access, and regions without an entry of
    /// their own are used in turn.
    @Test func programWalksOverManyRegions() throws {
        let environment = TestEnvironment()
        var bases: [UInt64] = []
        for index in 0..<300 {
            let base = unsafe try #require(unsafe environment.arena.allocate(64))
            unsafe base.storeBytes(of: UInt64(index), as: UInt64.self)
            unsafe environment.regions.insert(base: base, byteCount: 8, isWritable: false)
            bases.append(UInt64(UInt(bitPattern: base)))
        }
        // R1 = first, R2 = distance, R3 = how many; R0 = sum
        let walk =
            lddw(1, bases[0])
            + [
                .mov(2, Int32(bases[1] - bases[0])), .mov(3, 300), .mov(0, 0), .load(.double, 4, 1), .alu(.add, 0, 4),
                .alu(.add, 1, 2), .alu(.sub, 3, k: 1), .jump(.ne, 3, k: 0, to: -5), .exit,
            ]
        #expect(try environment.run(walk) == 300 * 299 / 2)
        // Without one of them the walk faults there, whatever the instruction's guess is.
        let removed = unsafe try #require(unsafe UnsafeRawPointer(bitPattern: UInt(bases[290])))
        unsafe environment.regions.remove(base: removed)
        let reason = MachineFault.Reason.loadOutOfBounds(address: bases[290], byteCount: 8)
        #expect(try environment.fault(walk) == MachineFault(instructionIndex: 5, reason: reason))
    }

    /// The same program in another environment: guesses of the first mean nothing there.
    @Test func guessesOfAnotherEnvironmentDontCount() throws {
        let program = try DecodedProgram([.load(.byte, 0, 1), .exit])
        let first = TestEnvironment(memory: [5])
        let second = TestEnvironment(memory: [6])
        #expect(try Interpreter.run(program, r1: first.address, environment: first) == 5)
        #expect(try Interpreter.run(program, r1: second.address, environment: second) == 6)
        let fault = #expect(throws: MachineFault.self) {
            try Interpreter.run(program, r1: first.address, environment: second)
        }
        #expect(fault?.reason == .loadOutOfBounds(address: first.address, byteCount: 1))
    }

    /// A helper moves the packet; the load behind it sees the new place only.
    @Test func helperMovesTheRegion() throws {
        let environment = MovingEnvironment(memory: [1, 2, 3, 4, 5, 6, 7, 8])
        let program: [Instruction] = [
            .alu(.mov, 6, 1), .load(.byte, 7, 6), .call(1), .load(.byte, 0, 6), .exit,
        ]
        let reason = MachineFault.Reason.loadOutOfBounds(address: environment.address, byteCount: 1)
        #expect(try environment.fault(program) == MachineFault(instructionIndex: 3, reason: reason))
    }
}

/// Helper 1 takes the first four bytes of the context away.
private final class MovingEnvironment: TestEnvironment {
    override func call(
        helper: UInt32, _ r1: UInt64, _ r2: UInt64, _ r3: UInt64, _ r4: UInt64, _ r5: UInt64
    ) -> UInt64 {
        unsafe regions.set(.context, base: context + 4, byteCount: byteCount - 4, isWritable: true)
        return 0
    }
}
