import BPFInstructionSet
import Testing

/// The instructions of a hexadecimal string of 8-byte slots.
func slots(_ hex: String) -> [Instruction] {
    let digits = Array(hex.utf8).map { $0 > 0x39 ? $0 - 0x57 : $0 - 0x30 }
    let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    return stride(from: 0, to: bytes.count, by: 8).map { Instruction(littleEndian: bytes, at: $0) }
}

@Suite struct OperationTests {
    /// A recording is two slots when it is LDDW; a later slot that belongs to no instruction is nil.
    private func pair(_ hex: String) -> (first: Instruction, next: Instruction?) {
        let slots = slots(hex)
        return (slots[0], slots.count > 1 ? slots[1] : Instruction(opcode: 0xB7))
    }

    @Test func theTableHasTheOpcodesThatLinuxKnows() {
        let opcodes = Set((UInt8.min...UInt8.max).filter { !Operation.rows(opcode: $0).isEmpty })
        #expect(opcodes.subtracting(kernelKnownOpcodes) == [0x8D])
        #expect(kernelKnownOpcodes.subtracting(opcodes).isEmpty)
    }

    @Test("VER-01: opcodes are refused as Linux refuses them") func opcodesAreRefused() {
        for opcode in UInt8.min...UInt8.max where !kernelKnownOpcodes.contains(opcode) {
            let violation = Instruction(opcode: opcode).violation(next: Instruction(opcode: 0xB7))
            let isLoadOfUnknownMode = opcode & 0x07 == 1 && opcode & 0xE0 != 0x60 && opcode & 0xE0 != 0x80
            #expect(violation == (isLoadOfUnknownMode ? .reservedFields(.load) : .unknownOpcode(opcode)))
        }
    }

    @Test func formsAndRowsAreOneToOne() {
        #expect(Set(Operation.all.map(\.form)).count == Operation.all.count)
        for row in Operation.all {
            #expect(Operation(row.form) == row)
            let instruction = row.instruction(destination: 3, source: 7, offset: 9, immediate: 1)
            #expect(instruction.operation == row)
            #expect(instruction.form == row.form)
        }
        #expect(Operation(.atomic(.add, .byte, fetch: false)) == nil)
    }

    @Test(arguments: kernelLogOfRows.map(\.bytes))
    func whatLinuxTakesIsSound(bytes: String) {
        let (first, next) = pair(bytes)
        #expect(first.operation != nil)
        #expect(first.violation(next: next) == nil)
    }

    @Test(
        "VER-01, VER-02, VER-04, VER-05: in the words of Linux",
        arguments: kernelRefusals.map { [$0.bytes, $0.message, $0.text == nil ? "before walking" : "walking"] })
    func whatLinuxRefusesIsRefusedInItsWords(recording: [String]) {
        let (first, next) = pair(recording[0])
        let violation = first.violation(next: next)
        #expect(violation?.description == recording[1])
        #expect(violation?.isFoundBeforeWalking == (recording[2] == "before walking"))
    }

    @Test func theRecordingsCoverEveryRowThatNeedsNoMapOrKernelFunction() {
        let recorded = Set(kernelLogOfRows.compactMap { slots($0.bytes)[0].form })
        let missing = Operation.all.map(\.form).filter { !recorded.contains($0) }
        #expect(
            Set(missing) == [
                .loadImmediate64(.mapFD), .loadImmediate64(.mapValue), .loadImmediate64(.btfID),
                .loadImmediate64(.function), .loadImmediate64(.mapIndex), .loadImmediate64(.mapIndexValue),
                .call(.kernelFunction), .call(.register),
            ])
    }

    @Test("VER-02, CONF-43: one field at a time, as Linux", arguments: kernelRefusedFields.indices)
    func aFieldIsRefusedWhereLinuxRefusesIt(index: Int) {
        let recorded = kernelRefusedFields[index]
        let slots = slots(recorded.bytes)
        let next = slots.count > 1 ? slots[1] : nil
        func check(_ mask: some FixedWidthInteger, _ value: Int, _ change: (inout Instruction) -> Void) {
            var instruction = slots[0]
            change(&instruction)
            let violation = instruction.violation(next: next)
            #expect((violation != nil) == (mask >> value & 1 == 1), "\(instruction)")
            if let violation, let message = recorded.message { #expect(violation.description == message) }
        }
        for (index, value) in triedRegisters.enumerated() {
            check(recorded.destination, index) { $0.destination = value }
            check(recorded.source, index) { $0.source = value }
        }
        for (index, value) in triedOffsets.enumerated() { check(recorded.offset, index) { $0.offset = value } }
        for (index, value) in triedImmediates.enumerated() { check(recorded.immediate, index) { $0.immediate = value } }
    }

    @Test func callThroughARegisterIsDecodedAndRefused() {
        let callx = Instruction(opcode: 0x8D, destination: 3)
        #expect(callx.form == .call(.register))
        #expect(callx.violation(next: nil)?.description == "unknown opcode 8d")
    }

    @Test func jumpDistancesComeFromTheirField() {
        #expect(Instruction(opcode: 0x05, offset: -3, immediate: 9).jumpDistance == -3)
        #expect(Instruction(opcode: 0x06, offset: 9, immediate: 70000).jumpDistance == 70000)
        #expect(Instruction(opcode: 0x1D, offset: 4).jumpDistance == 4)
        #expect(Instruction(opcode: 0xE5, offset: 5).jumpDistance == 5)
        #expect(Instruction(opcode: 0x85, source: 1, immediate: 5).jumpDistance == nil)
    }
}
