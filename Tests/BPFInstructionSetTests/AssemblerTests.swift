import BPFInstructionSet
import Testing

@Suite struct AssemblerTests {
    @Test func labelsCommentsAndHelpersByName() throws {
        let program = try Assembler.assemble(
            """
            ; decides on a port
                r6 = r1            # the packet
            again: start:
                call bpf_get_prandom_u32
                if r0 & 1 goto again // odd
                if r0 == 0 goto done
                r1 = 0x100000000 ll
                call helper
                r2 = helper ll
                gotol start
            done: exit
            helper:
                r0 = 0
                exit
            end:
            """)
        #expect(
            program.instructions
                == slots(
                    "bf16000000000000" + "8500000007000000" + "4500feff01000000" + "1500060000000000"
                        + "1801000000000000" + "0000000001000000" + "8510000004000000" + "1842000003000000"
                        + "0000000000000000" + "06000000f7ffffff" + "9500000000000000" + "b700000000000000"
                        + "9500000000000000"))
        #expect(program.labels == ["again": 1, "start": 1, "done": 10, "helper": 11, "end": 13])
        #expect(program.lines == [2, 4, 5, 6, 7, 7, 8, 9, 9, 10, 11, 13, 14])
    }

    @Test func anEmptyTextIsAnEmptyProgram() throws {
        #expect(try Assembler.assemble("").instructions.isEmpty)
        #expect(try Assembler.assemble("\n ; nothing\r\n// more\n").instructions.isEmpty)
    }

    @Test(arguments: [
        ("r1=5", "b701000005000000"), ("R1 = 0x5", "b701000005000000"), ("r1 = 4294967295", "b7010000ffffffff"),
        ("r1 -=-5", "17010000fbffffff"), ("r1 = *(u64*)(r2+8)", "7921080000000000"),
        ("r1 = *(u64 *)(r2)", "7921000000000000"),
        ("*(u32 *)(r1 + 0) = r2", "6321000000000000"), ("call bpf_redirect#23", "8500000017000000"),
        ("call unknown#-1", "85000000ffffffff"), ("if r1 > 5 goto 3", "2501030005000000"),
        ("goto 5", "0500050000000000"),
        ("goto +0x3 <.text+0x150>", "0500030000000000"), ("(18) r1 = 5", "18010000050000000000000000000000"),
        ("r1 = -5 ll", "18010000fbffffff00000000ffffffff"), ("0: (b4) w1 = 0", "b401000000000000"),
        ("w2 = atomic_fetch_add((u32 *)(r1 +0), w2)", "c321000001000000"),
        ("r2 = atomic_fetch_add((u32 *)(r1 +0), r2)", "c321000001000000"),
        ("r1 = map[id:7][0]+16", "18210000070000000000000010000000"), ("call kernel-function#9", "8520000009000000"),
        ("call bpf_dynptr_from_skb#9 module[2]", "8520020009000000"), ("callx r3", "8d03000000000000"),
    ])
    func otherSpellings(text: String, bytes: String) throws {
        #expect(try Assembler.assemble(text).instructions == slots(bytes))
    }

    @Test(arguments: [
        (
            "exot",
            "1:1: found \"exot\", expected an instruction: a register, \"*(\", if, goto, call, lock or exit; did you mean exit?"
        ),
        ("\n  r1 = r11", "2:8: found \"r11\", expected a register, a number or an operation; did you mean r1?"),
        ("r1 = w2", "1:6: found \"w2\", expected a register, r0 to r10"),
        ("r1 = ", "1:6: found the end of the line, expected a register, a number or an operation"),
        ("r1 ** r2", "1:4: found \"*\", expected = or an operation: += -= *= /= %= &= |= ^= <<= >>= s>>= s/= s%="),
        (
            "call bpf_redirec",
            "1:6: found \"bpf_redirec\", expected a number, a helper's name or a label of this text; did you mean bpf_redirect?"
        ),
        ("call bpf_redirect#24", "1:19: found \"24\", expected 23, the number of bpf_redirect"),
        ("loop:\ngoto lop", "2:6: found \"lop\", expected a distance or a label of this text; did you mean loop?"),
        ("a:\na:", "2:1: found \"a\", expected a label that has not been used before"),
        ("r1:", "1:1: found \"r1\", expected a label: not a number, a register, a helper or a word of the syntax"),
        ("r1 = 0x100000000", "1:6: found \"0x100000000\", expected a number of 32 bits, -2147483648 to 4294967295"),
        ("r1 = *(u64 *)(r2 + 32768)", "1:18: found \"32768\", expected a number of 16 bits, -32768 to 32767"),
        ("r1 = *(u33 *)(r2 + 0)", "1:8: found \"u33\", expected a size, u8 to u64 or s8 to s32; did you mean u32?"),
        ("r1 = *(s64 *)(r2 + 0)", "1:22: found the end of the line, expected an operation that exists in this size"),
        (
            "lock *(u16 *)(r2 + 0) += r1",
            "1:28: found the end of the line, expected an operation that exists in this size"
        ),
        ("(b7) w1 = 0", "1:2: found \"b7\", expected b4, the opcode of what follows"),
        ("exit\n0: exit", "2:1: found \"0\", expected 1, the number of this slot"),
        ("exit exit", "1:6: found \"exit\", expected the end of the line"),
        ("r1 = be16 r2", "1:11: found \"r2\", expected r1 again"),
        (
            "r2 = bswp16 r2",
            "1:6: found \"bswp16\", expected a register, a number or an operation; did you mean bswap16?"
        ),
        ("r2 = cmpxchg_64(r1 + 0, r0, r2)", "1:25: found \"r0\", expected r0 or w0 before the equals sign"),
        ("may_goto +0", "1:1: found \"may_goto\", expected an instruction that exists (invalid may_goto off 0 imm 0)"),
        ("if r1 => 5 goto 1", "1:7: found \"=\", expected a comparison: == != < <= > >= & s< s<= s> s>="),
        ("<unknown>", "1:1: found \"<\", expected an instruction: a register, \"*(\", if, goto, call, lock or exit"),
    ])
    func errorsSayWhereWhatAndWhatElse(text: String, message: String) {
        let error = #expect(throws: AssemblyError.self) { try Assembler.assemble(text) }
        #expect(error?.description == message)
    }

    @Test func aLongWordIsCutInTheMessage() {
        let error = #expect(throws: AssemblyError.self) {
            try Assembler.assemble("goto " + String(repeating: "x", count: 100_000))
        }
        #expect(error?.found.count == 61)
    }

    @Test func jumpsTooFarAreRefused() {
        let text = "goto far\n" + String(repeating: "r0 = 0\n", count: 32768) + "far: exit"
        let error = #expect(throws: AssemblyError.self) { try Assembler.assemble(text) }
        #expect(error?.found == "far")
        #expect(throws: Never.self) { try Assembler.assemble("gotol far\n" + text.dropFirst(9)) }
    }
}
