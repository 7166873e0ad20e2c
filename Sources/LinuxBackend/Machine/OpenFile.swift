import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// A file descriptor that is closed when nobody refers to it any more.
final class OpenFile {
    let number: Int32

    /// Takes over an open descriptor.
    init(_ number: Int32) { self.number = number }

    /// open(2), closed at exec.
    convenience init(path: String, flags: Int32 = O_RDONLY) throws(ControlError) {
        unsafe self.init(try SystemCall.libc(open(path, flags | O_CLOEXEC), path))
    }

    deinit { close(number) }

    /// The inode, by which a namespace is known.
    func inode() throws(ControlError) -> UInt64 {
        var status = stat()
        try SystemCall.libc(unsafe fstat(number, &status), "fstat")
        return UInt64(status.st_ino)
    }

    /// Everything that reads from here on give.
    func contents() throws(ControlError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = try SystemCall.libc(unsafe read(number, &buffer, buffer.count), "read")
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Files of /proc and /sys: the whole text, without the line's end.
    static func text(of path: String) throws(ControlError) -> String {
        var text = String(decoding: try OpenFile(path: path).contents(), as: UTF8.self)
        while text.last?.isWhitespace ?? false { text.removeLast() }
        return text
    }

    /// Files of /proc and /sys take a value in one write.
    static func write(_ text: String, to path: String) throws(ControlError) {
        let file = try OpenFile(path: path, flags: O_WRONLY)
        let bytes = Array(text.utf8)
        try SystemCall.libc(unsafe Glibc.write(file.number, bytes, bytes.count))
    }
}
