/// A number's place in `union bpf_attr`.
struct AttributeField<Number: FixedWidthInteger & Sendable>: Sendable {
    let offset: Int

    init(_ offset: Int) { self.offset = offset }
}

/// The place of a pointer to memory of the caller's in `union bpf_attr`: eight bytes.
struct AttributePointer: Sendable {
    let offset: Int

    init(_ offset: Int) { self.offset = offset }
}

/// The fields of `union bpf_attr` (include/uapi/linux/bpf.h, 6.12), a group for each struct in it, in the kernel's names.
enum BPFAttributes {
    /// sizeof(union bpf_attr); the kernel wants everything after a command's last field to be zero.
    static let byteCount = 152
    /// BPF_OBJ_NAME_LEN: the length of names with their zero byte.
    static let nameLength = 16

    /// BPF_MAP_CREATE.
    enum MapCreate {
        static let mapType = AttributeField<UInt32>(0)
        static let keySize = AttributeField<UInt32>(4)
        static let valueSize = AttributeField<UInt32>(8)
        static let maxEntries = AttributeField<UInt32>(12)
        static let mapFlags = AttributeField<UInt32>(16)
        static let innerMapFD = AttributeField<Int32>(20)
        static let mapName = 28
    }

    /// BPF_MAP_*_ELEM, BPF_MAP_GET_NEXT_KEY (whose answer goes to `value`), BPF_MAP_FREEZE.
    enum MapElement {
        static let mapFD = AttributeField<Int32>(0)
        static let key = AttributePointer(8)
        static let value = AttributePointer(16)
        static let flags = AttributeField<UInt64>(24)
    }

    /// BPF_PROG_LOAD.
    enum ProgramLoad {
        static let programType = AttributeField<UInt32>(0)
        static let instructionCount = AttributeField<UInt32>(4)
        static let instructions = AttributePointer(8)
        static let licence = AttributePointer(16)
        static let logLevel = AttributeField<UInt32>(24)
        static let logSize = AttributeField<UInt32>(28)
        static let logBuffer = AttributePointer(32)
        static let programName = 48
        static let expectedAttachType = AttributeField<UInt32>(68)
        static let btfFD = AttributeField<Int32>(72)
        static let functionRecordSize = AttributeField<UInt32>(76)
        static let functionRecords = AttributePointer(80)
        static let functionCount = AttributeField<UInt32>(88)
        static let lineRecordSize = AttributeField<UInt32>(92)
        static let lineRecords = AttributePointer(96)
        static let lineCount = AttributeField<UInt32>(104)
        static let attachBTFID = AttributeField<UInt32>(108)
        static let attachProgramFD = AttributeField<Int32>(112)
        /// Answer: how long the log would have been.
        static let logTrueSize = AttributeField<UInt32>(140)
    }

    /// BPF_PROG_ATTACH and BPF_PROG_DETACH.
    enum ProgramAttach {
        static let targetInterface = AttributeField<UInt32>(0)
        static let programFD = AttributeField<Int32>(4)
        static let attachType = AttributeField<UInt32>(8)
        static let attachFlags = AttributeField<UInt32>(12)
        static let replacedFD = AttributeField<Int32>(16)
        /// relative_fd, or relative_id with BPF_F_ID.
        static let relative = AttributeField<UInt32>(20)
        static let expectedRevision = AttributeField<UInt64>(24)
    }

    /// BPF_PROG_TEST_RUN.
    enum TestRun {
        static let programFD = AttributeField<Int32>(0)
        static let returnValue = AttributeField<UInt32>(4)
        static let dataInSize = AttributeField<UInt32>(8)
        static let dataOutSize = AttributeField<UInt32>(12)
        static let dataIn = AttributePointer(16)
        static let dataOut = AttributePointer(24)
        static let `repeat` = AttributeField<UInt32>(32)
        static let duration = AttributeField<UInt32>(36)
        static let contextInSize = AttributeField<UInt32>(40)
        static let contextOutSize = AttributeField<UInt32>(44)
        static let contextIn = AttributePointer(48)
        static let contextOut = AttributePointer(56)
    }

    /// BPF_OBJ_GET_INFO_BY_FD.
    enum ObjectInfo {
        static let objectFD = AttributeField<Int32>(0)
        static let infoLength = AttributeField<UInt32>(4)
        static let info = AttributePointer(8)
    }

    /// BPF_PROG_QUERY.
    enum ProgramQuery {
        static let targetInterface = AttributeField<UInt32>(0)
        static let attachType = AttributeField<UInt32>(4)
        static let programIDs = AttributePointer(16)
        static let count = AttributeField<UInt32>(24)
        static let linkIDs = AttributePointer(40)
        static let revision = AttributeField<UInt64>(56)
    }

    /// BPF_RAW_TRACEPOINT_OPEN; without a name it attaches a tracing program to what it was loaded for.
    enum RawTracepoint {
        static let name = AttributePointer(0)
        static let programFD = AttributeField<Int32>(8)
    }

    /// BPF_BTF_LOAD.
    enum BTFLoad {
        static let types = AttributePointer(0)
        static let logBuffer = AttributePointer(8)
        static let size = AttributeField<UInt32>(16)
        static let logSize = AttributeField<UInt32>(20)
        static let logLevel = AttributeField<UInt32>(24)
    }

    /// BPF_LINK_CREATE with the members of its union's structs `tcx` and `netkit`, which are alike.
    enum LinkCreate {
        static let programFD = AttributeField<Int32>(0)
        static let targetInterface = AttributeField<UInt32>(4)
        static let attachType = AttributeField<UInt32>(8)
        static let flags = AttributeField<UInt32>(12)
        static let relative = AttributeField<UInt32>(16)
        static let expectedRevision = AttributeField<UInt64>(24)
    }

    /// BPF_LINK_UPDATE; BPF_LINK_DETACH has the first field only.
    enum LinkUpdate {
        static let linkFD = AttributeField<Int32>(0)
        static let newProgramFD = AttributeField<Int32>(4)
        static let flags = AttributeField<UInt32>(8)
        static let oldProgramFD = AttributeField<Int32>(12)
    }
}
