import BPFInstructionSet
import Testing

@Suite struct SyntaxTests {
    private func pair(_ hex: String) -> (first: Instruction, next: Instruction?) {
        let slots = slots(hex)
        return (slots[0], slots.count > 1 ? slots[1] : nil)
    }

    @Test func kernelTextIsWhatLinuxLogs() {
        for recording in kernelLogOfRows {
            let (first, next) = pair(recording.bytes)
            #expect(KernelSyntax().text(of: first, next: next) == recording.text)
        }
    }

    @Test func kernelTextOfRefusedInstructionsIsWhatLinuxLogsBeforeItRefuses() {
        for recording in kernelRefusals {
            guard let text = recording.text else { continue }
            let (first, next) = pair(recording.bytes)
            #expect(KernelSyntax().text(of: first, next: next) == text)
        }
    }

    @Test func llvmTextIsWhatObjdumpPrints() {
        for recording in llvmRecordings {
            let (first, next) = pair(recording.bytes)
            #expect(LLVMSyntax().text(of: first, next: next) == recording.text)
        }
    }

    @Test func llvmSourceAssemblesToClangsBytes() throws {
        for recording in llvmRecordings {
            let program = try Assembler.assemble(recording.source)
            #expect(program.instructions == slots(recording.bytes), "\(recording.source)")
        }
    }

    @Test func theLLVMRecordingsCoverEveryRowThatHasATextOfItsOwn() {
        let recorded = Set(llvmRecordings.compactMap { slots($0.bytes)[0].form })
        let missing = Operation.all.map(\.form).filter { !recorded.contains($0) }
        #expect(missing == [.call(.subprogram), .call(.kernelFunction)])
    }

    @Test func anAssembledProgramHasTheVerifiersLogAndClangsBytes() throws {
        let program = try Assembler.assemble(kernelLogOfProgram.source).instructions
        #expect(program == slots(kernelLogOfProgram.bytes))
        let texts = Dictionary(uniqueKeysWithValues: KernelSyntax().lines(of: program).map { ($0.slot, $0.text) })
        var checked = 0
        for line in kernelLogOfProgram.log.split(separator: "\n") {
            // "4: (db) lock *(u64 *)(r10 -8) += r2   ; R2_w=3": number, instruction, state.
            let parts = line.split(separator: ": (", maxSplits: 1)
            guard parts.count == 2, let slot = Int(parts[0]), let text = texts[slot] else { continue }
            let logged = "(" + (parts[1].split(separator: " ;").first ?? "")
            #expect(logged.hasPrefix(text) && logged.dropFirst(text.count).allSatisfy { $0 == " " }, "\(line)")
            checked += 1
        }
        #expect(checked == 23)
    }

    @Test func aLogsLinesAssembleStateAndAll() throws {
        let log = """
            ; int decide(void)
            0: (b7) r0 = 9                        ; R0_w=9
            1: (18) r1 = 0x1122334455667788       ; R1_w=0x1122334455667788
            3: (85) call bpf_get_prandom_u32#7   ; R0_w=scalar()
            4: (16) if w0 == 0x7 goto pc+1
            5: (06) gotol pc-2
            6: (95) exit
            """
        let expected = slots(
            "b700000009000000" + "18010000887766550000000044332211" + "8500000007000000" + "1600010007000000"
                + "06000000feffffff" + "9500000000000000")
        #expect(try Assembler.assemble(log).instructions == expected)
    }

    /// Linux 6.12.117 logged the address of a map, `(18) r1 = 0xff25ab9b9c38b000`, for root, and for an unprivileged
    /// loader of the same program `(18) r1 = 0x0`, where a plain number stayed `(18) r2 = 0x5`.
    @Test func whoMayNotSeePointersSeesZero() {
        let second = Instruction(opcode: 0, immediate: Int32(bitPattern: 0xFF25_AB9B))
        let map = Instruction(opcode: 0x18, destination: 1, source: 1, immediate: Int32(bitPattern: 0x9C38_B000))
        let number = Instruction(opcode: 0x18, destination: 2, immediate: 5)
        let hiding = KernelSyntax(wideImmediates: .log(showsPointers: false))
        #expect(KernelSyntax().text(of: map, next: second) == "(18) r1 = 0xff25ab9b9c38b000")
        #expect(hiding.text(of: map, next: second) == "(18) r1 = 0x0")
        #expect(hiding.text(of: number, next: Instruction(opcode: 0)) == "(18) r2 = 0x5")
    }

    /// The words of bpftool's print_imm (tools/bpf/bpftool/xlated_dumper.c), and ours where it has only a number.
    @Test(arguments: [
        (1, 0, "map[id:5]"), (2, 8, "map[id:5][0]+8"), (3, 0, "btf[id:5]"), (3, 9, "btf[id:5]+9"),
        (4, 0, "subprog[+5]"),
        (5, 0, "map[idx:5]"), (6, 8, "map[idx:5]+8"), (0, 1, "0x100000005"),
    ])
    func dumpsTellWhatAWideImmediateMeans(source: Int, upper: Int, text: String) {
        let first = Instruction(opcode: 0x18, destination: 1, source: UInt8(source), immediate: 5)
        let second = Instruction(opcode: 0, immediate: Int32(upper))
        #expect(KernelSyntax(wideImmediates: .dump).text(of: first, next: second) == "(18) r1 = " + text)
    }

    /// Linux 6.12.117 logged `(85) call bpf_dynptr_from_skb#93022`.
    @Test func kernelFunctionsAreNamedWhenSomeoneKnows() {
        let call = Instruction(opcode: 0x85, source: 2, immediate: 93022)
        #expect(KernelSyntax().text(of: call, next: nil) == "(85) call kernel-function#93022")
        let syntax = KernelSyntax { id, module in id == 93022 && module == 0 ? "bpf_dynptr_from_skb" : nil }
        #expect(syntax.text(of: call, next: nil) == "(85) call bpf_dynptr_from_skb#93022")
    }

    @Test func llvmDoesNotPrintWhatIsUnsound() {
        #expect(LLVMSyntax().text(of: Instruction(opcode: 0x0F, offset: 1), next: nil) == "<unknown>")
        #expect(LLVMSyntax().text(of: Instruction(opcode: 0xBF, source: 12), next: nil) == "<unknown>")
        #expect(LLVMSyntax().text(of: Instruction(opcode: 0x18), next: nil) == "<unknown>")
        #expect(LLVMSyntax().text(of: Instruction(opcode: 0x8D, destination: 3), next: nil) == "callx r3")
    }

    @Test func listingsCountSlots() {
        let program = slots("18010000050000000000000000000000" + "9500000000000000")
        #expect(LLVMSyntax().listing(of: program) == "0: r1 = 0x5 ll\n2: exit\n")
    }

    @Test func helpersHaveTheirNumbers() {
        #expect(HelperName.name(of: 1) == "bpf_map_lookup_elem")
        #expect(HelperName.name(of: 23) == "bpf_redirect")
        #expect(HelperName.name(of: 152) == "bpf_redirect_neigh")
        #expect(HelperName.name(of: 155) == "bpf_redirect_peer")
        #expect(HelperName.name(of: 211) == "bpf_cgrp_storage_delete")
        #expect(HelperName.name(of: 212) == nil)
        #expect(HelperName.name(of: -1) == nil)
        #expect(HelperName.number(of: "bpf_redirect") == 23)
        #expect(HelperName.count == 212)
    }

    /// All names, as Linux 6.12.117 logged `call <name>#<number>` for 0 to 211, joined with commas and hashed (FNV-1a).
    @Test func allHelpersHaveTheNamesThatLinuxLogs() {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let names = (0..<Int32(HelperName.count)).compactMap(HelperName.name(of:)).joined(separator: ",")
        for byte in names.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        #expect(hash == 0xEBD7_09E5_6ABE_7870)
    }
}
