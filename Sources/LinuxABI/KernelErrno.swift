/// A Linux error number, positive, wherever nksim itself runs (include/uapi/asm-generic/errno.h).
///
/// The host's own constants differ between systems; a simulated kernel answers with these.
public struct KernelErrno: RawRepresentable, Error, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// What a helper or a system call returns for it: the negative number, as a register holds it.
    public var returnValue: UInt64 { UInt64(bitPattern: Int64(-rawValue)) }

    /// The kernel's name, such as `ENOENT`, or `errno 999` where there is none.
    public var description: String { Self.names[rawValue] ?? "errno \(rawValue)" }

    /// The number that a name such as `ENOENT` stands for; nil where the kernel has no such name.
    public init?(name: String) {
        guard let found = Self.names.first(where: { $0.value == name }) else { return nil }
        self.init(rawValue: found.key)
    }

    public static let EPERM = Self(rawValue: 1)
    public static let ENOENT = Self(rawValue: 2)
    public static let EINTR = Self(rawValue: 4)
    public static let EIO = Self(rawValue: 5)
    public static let ENXIO = Self(rawValue: 6)
    public static let E2BIG = Self(rawValue: 7)
    public static let EBADF = Self(rawValue: 9)
    public static let EAGAIN = Self(rawValue: 11)
    public static let ENOMEM = Self(rawValue: 12)
    public static let EACCES = Self(rawValue: 13)
    public static let EFAULT = Self(rawValue: 14)
    public static let EBUSY = Self(rawValue: 16)
    public static let EEXIST = Self(rawValue: 17)
    public static let EXDEV = Self(rawValue: 18)
    public static let ENODEV = Self(rawValue: 19)
    public static let EINVAL = Self(rawValue: 22)
    public static let ENFILE = Self(rawValue: 23)
    public static let EMFILE = Self(rawValue: 24)
    public static let EFBIG = Self(rawValue: 27)
    public static let ENOSPC = Self(rawValue: 28)
    public static let EDOM = Self(rawValue: 33)
    public static let ERANGE = Self(rawValue: 34)
    public static let EDEADLK = Self(rawValue: 35)
    public static let ENAMETOOLONG = Self(rawValue: 36)
    public static let ENOSYS = Self(rawValue: 38)
    public static let ELOOP = Self(rawValue: 40)
    public static let ENONET = Self(rawValue: 64)
    public static let ENOLINK = Self(rawValue: 67)
    public static let EPROTO = Self(rawValue: 71)
    public static let EBADMSG = Self(rawValue: 74)
    public static let EOVERFLOW = Self(rawValue: 75)
    public static let EILSEQ = Self(rawValue: 84)
    public static let ENOTSOCK = Self(rawValue: 88)
    public static let EDESTADDRREQ = Self(rawValue: 89)
    public static let EMSGSIZE = Self(rawValue: 90)
    public static let EPROTOTYPE = Self(rawValue: 91)
    public static let ENOPROTOOPT = Self(rawValue: 92)
    public static let EPROTONOSUPPORT = Self(rawValue: 93)
    public static let EOPNOTSUPP = Self(rawValue: 95)
    public static let EAFNOSUPPORT = Self(rawValue: 97)
    public static let EADDRINUSE = Self(rawValue: 98)
    public static let EADDRNOTAVAIL = Self(rawValue: 99)
    public static let ENETDOWN = Self(rawValue: 100)
    public static let ENETUNREACH = Self(rawValue: 101)
    public static let ECONNRESET = Self(rawValue: 104)
    public static let ENOBUFS = Self(rawValue: 105)
    public static let EISCONN = Self(rawValue: 106)
    public static let ENOTCONN = Self(rawValue: 107)
    public static let ETIMEDOUT = Self(rawValue: 110)
    public static let ECONNREFUSED = Self(rawValue: 111)
    public static let EHOSTDOWN = Self(rawValue: 112)
    public static let EHOSTUNREACH = Self(rawValue: 113)
    public static let EALREADY = Self(rawValue: 114)
    public static let ESTALE = Self(rawValue: 116)
    /// Kernel-internal, yet it reaches user space from bpf(2) and from helpers.
    public static let ENOTSUPP = Self(rawValue: 524)

    private static let names: [Int32: String] = [
        1: "EPERM", 2: "ENOENT", 4: "EINTR", 5: "EIO", 6: "ENXIO", 7: "E2BIG", 9: "EBADF", 11: "EAGAIN", 12: "ENOMEM",
        13: "EACCES", 14: "EFAULT", 16: "EBUSY", 17: "EEXIST", 18: "EXDEV", 19: "ENODEV", 22: "EINVAL", 23: "ENFILE",
        24: "EMFILE", 27: "EFBIG", 28: "ENOSPC", 33: "EDOM", 34: "ERANGE", 35: "EDEADLK", 36: "ENAMETOOLONG",
        38: "ENOSYS", 40: "ELOOP", 64: "ENONET", 67: "ENOLINK", 71: "EPROTO", 74: "EBADMSG", 75: "EOVERFLOW",
        84: "EILSEQ", 88: "ENOTSOCK", 89: "EDESTADDRREQ", 90: "EMSGSIZE", 91: "EPROTOTYPE", 92: "ENOPROTOOPT",
        93: "EPROTONOSUPPORT", 95: "EOPNOTSUPP", 97: "EAFNOSUPPORT", 98: "EADDRINUSE", 99: "EADDRNOTAVAIL",
        100: "ENETDOWN", 101: "ENETUNREACH", 104: "ECONNRESET", 105: "ENOBUFS", 106: "EISCONN", 107: "ENOTCONN",
        110: "ETIMEDOUT", 111: "ECONNREFUSED", 112: "EHOSTDOWN", 113: "EHOSTUNREACH", 114: "EALREADY", 116: "ESTALE",
        524: "ENOTSUPP",
    ]
}
