import BPFInstructionSet
import Testing

@Suite struct InstructionEncodingTests {
    @Test func eightBytesRoundTrip() {
        let bytes: [UInt8] = [0x7B, 0x1A, 0xF8, 0xFF, 0x78, 0x56, 0x34, 0x12]
        let instruction = Instruction(littleEndian: bytes, at: 0)
        let expected = Instruction(opcode: 0x7B, destination: 10, source: 1, offset: -8, immediate: 0x1234_5678)
        #expect(instruction == expected)
        #expect(instruction.littleEndianBytes == bytes)
    }
}
