extension Instruction {
    /// Decodes the eight bytes at `offset`, little endian, as on every x86-64 and arm64 Linux (`bpfel` objects).
    public init(littleEndian bytes: some RandomAccessCollection<UInt8>, at offset: Int) {
        func byte(_ index: Int) -> UInt8 { bytes[bytes.index(bytes.startIndex, offsetBy: offset + index)] }
        self.init(
            opcode: byte(0),
            destination: byte(1) & 0xF,
            source: byte(1) >> 4,
            offset: Int16(bitPattern: UInt16(byte(2)) | UInt16(byte(3)) << 8),
            immediate: Int32(
                bitPattern: UInt32(byte(4)) | UInt32(byte(5)) << 8 | UInt32(byte(6)) << 16 | UInt32(byte(7)) << 24))
    }

    /// The eight bytes, little endian.
    public var littleEndianBytes: [UInt8] {
        let displacement = UInt16(bitPattern: offset)
        let constant = UInt32(bitPattern: immediate)
        return [
            opcode, source << 4 | destination & 0xF,
            UInt8(truncatingIfNeeded: displacement), UInt8(truncatingIfNeeded: displacement >> 8),
            UInt8(truncatingIfNeeded: constant), UInt8(truncatingIfNeeded: constant >> 8),
            UInt8(truncatingIfNeeded: constant >> 16), UInt8(truncatingIfNeeded: constant >> 24),
        ]
    }
}
