import BPFInstructionSet
import BPFMachine
import SimulationCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

// The plugin protocol of the public bpf_conformance runner: memory as the first argument (hexadecimal, spaced or not;
// absent where there is none), options behind it, the program in hexadecimal on standard input, R0 in hexadecimal on standard output. A program that
// isn't valid, or faults, leaves with status 1 and the reason on standard error.

/// A run without verifier: the suite's only helper is number 5, which returns.
final class ConformanceEnvironment: ExecutionEnvironment {
    override func call(
        helper: UInt32, _ r1: UInt64, _ r2: UInt64, _ r3: UInt64, _ r4: UInt64, _ r5: UInt64
    ) -> UInt64 {
        guard helper == 5 else { return super.call(helper: helper, r1, r2, r3, r4, r5) }
        return 0
    }
}

func fail(_ reason: String) -> Never {
    let line = Array("bpf-conformance-plugin: \(reason)\n".utf8)
    _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(1)
}

/// The bytes that `text` spells in hexadecimal, white space aside.
func bytes(_ text: String, _ what: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }
    guard digits.count % 2 == 0 else {
        fail("\(what): found \(digits.count) hexadecimal digits, expected an even number")
    }
    var result: [UInt8] = []
    var rest = digits[...]
    while !rest.isEmpty {
        let pair = rest.prefix(2)
        guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else {
            fail("\(what): found '\(pair)', expected two hexadecimal digits")
        }
        result.append(byte)
        rest = rest.dropFirst(2)
    }
    return result
}

let arguments = CommandLine.arguments.dropFirst()
// Back ends and the like may be named; there is one. An object instead of instructions would be something else.
if arguments.contains("--elf") { fail("not modelled: --elf, a program as an object file") }
let memory = bytes(arguments.first { !$0.isEmpty }.flatMap { $0.hasPrefix("--") ? nil : $0 } ?? "", "memory")
var text = ""
while let line = readLine() { text += line + " " }
let code = bytes(text, "program")
guard code.count % Instruction.byteCount == 0 else {
    fail("program: found \(code.count) bytes, expected a multiple of \(Instruction.byteCount)")
}
let instructions = stride(from: 0, to: code.count, by: Instruction.byteCount).map {
    Instruction(littleEndian: code, at: $0)
}

let arena = MemoryArena(capacity: 1 << 30)
let environment = ConformanceEnvironment(arena: arena)
guard let context = unsafe arena.allocate(max(memory.count, 1)) else {
    fail("memory: found \(memory.count) bytes, expected what fits into \(arena.capacity)")
}
unsafe context.copyMemory(from: memory, byteCount: memory.count)
unsafe environment.regions.set(.context, base: context, byteCount: memory.count, isWritable: true)

do {
    let program = try DecodedProgram(instructions)
    let address = memory.isEmpty ? 0 : UInt64(UInt(bitPattern: context))
    print(
        String(
            try Interpreter.run(program, r1: address, r2: UInt64(memory.count), environment: environment), radix: 16))
} catch {
    fail("\(error)")
}
