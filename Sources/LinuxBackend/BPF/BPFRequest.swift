import CLinux
import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// One bpf(2) request: a `union bpf_attr` filled field by field, and the memory that its pointers show.
///
/// The memory lives as long as the request, so that the kernel may write answers to it.
@safe final class BPFRequest {
    /// Memory of a request, to read the kernel's answer from.
    struct Buffer {
        fileprivate let index: Int
    }

    let command: BPFCommand
    private(set) var attributes = [UInt8](repeating: 0, count: BPFAttributes.byteCount)
    private var buffers: [UnsafeMutableRawBufferPointer] = unsafe []

    init(_ command: BPFCommand) { self.command = command }

    deinit { for index in unsafe buffers.indices { unsafe buffers[index].deallocate() } }

    func set<Number>(_ field: AttributeField<Number>, _ value: Number) {
        for index in 0..<Number.bitWidth / 8 {
            attributes[field.offset + index] = UInt8(truncatingIfNeeded: value >> Number(index * 8))
        }
    }

    /// A field that the kernel may have written.
    func get<Number>(_ field: AttributeField<Number>) -> Number {
        (0..<Number.bitWidth / 8).reversed().reduce(0) {
            $0 << 8 | Number(truncatingIfNeeded: attributes[field.offset + $1])
        }
    }

    /// An object's name; all sixteen bytes of one that is too long, which the kernel refuses.
    func set(name: String, at offset: Int) {
        for (index, byte) in name.utf8.prefix(BPFAttributes.nameLength).enumerated() {
            attributes[offset + index] = byte
        }
    }

    /// A copy of bytes that a pointer shows.
    @discardableResult
    func pass(_ bytes: [UInt8], at pointer: AttributePointer) -> Buffer {
        let buffer = allocate(bytes.count)
        unsafe buffers[buffer.index].copyBytes(from: bytes)
        show(buffer, at: pointer)
        return buffer
    }

    /// A C string.
    func pass(text: String, at pointer: AttributePointer) { pass(Array(text.utf8) + [0], at: pointer) }

    /// Zeroed memory for an answer.
    func reserve(_ count: Int, at pointer: AttributePointer) -> Buffer {
        let buffer = allocate(count)
        show(buffer, at: pointer)
        return buffer
    }

    func bytes(of buffer: Buffer) -> [UInt8] { unsafe [UInt8](buffers[buffer.index]) }

    /// The text up to the first zero byte.
    func text(of buffer: Buffer) -> String {
        unsafe String(decoding: buffers[buffer.index].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Makes the request; what the kernel answers, 0 or a descriptor.
    ///
    /// - Throws: the kernel's errno with `message`.
    @discardableResult
    func perform(_ message: @autoclosure () -> String = "") throws(ControlError) -> Int32 {
        try SystemCall.checked(send(), message())
    }

    /// Makes the request; what the kernel answers, or the negative errno.
    func send() -> Int32 {
        let command = command.rawValue
        return unsafe attributes.withUnsafeMutableBytes { attributes in
            unsafe linux_bpf(command, attributes.baseAddress, UInt32(attributes.count))
        }
    }

    private func allocate(_ count: Int) -> Buffer {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 8)
        if let start = memory.baseAddress { unsafe memset(start, 0, memory.count) }
        unsafe buffers.append(memory)
        return Buffer(index: unsafe buffers.count - 1)
    }

    private func show(_ buffer: Buffer, at pointer: AttributePointer) {
        let address = unsafe UInt64(UInt(bitPattern: buffers[buffer.index].baseAddress))
        set(AttributeField<UInt64>(pointer.offset), address)
    }
}
