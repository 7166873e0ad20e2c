import BPFInstructionSet

/// The witness's own BPF programs as text for the assembler; maps stand in them as descriptors.
enum WitnessPrograms {
    /// A record of a run or a drop: its number (8 bytes), what it is, the CPU, and two numbers; for a drop also the namespace.
    enum Event {
        static let layout = WitnessLog.Layout(recordSize: 32, recordCount: 8192)
        static let kind = 8
        static let cpu = 12
        /// The program's id, or why the packet was dropped.
        static let subject = 16
        /// What the program returned, or the device's index.
        static let value = 20
        /// `net->ns.inum`
        static let namespace = 24

        static let run: UInt32 = 1
        static let drop: UInt32 = 2
    }

    /// A record of a line: its number, and up to 1024 bytes of text (BPF_TRACE_PRINTK_SIZE) that end with a zero byte.
    enum Line {
        static let layout = WitnessLog.Layout(recordSize: 8 + 1024, recordCount: 256)
        static let text = 8
    }

    /// Where the structures of the running kernel have what the witness asks for.
    struct Offsets: Hashable {
        var packetDevice: Int
        var packetSocket: Int
        var deviceIndex: Int
        var deviceNamespace: Int
        var socketNamespace: Int
        var socketFamily: Int
        var namespaceInode: Int
    }

    /// Programs that use what only GPL programs may.
    static let licence = "Dual MIT/GPL"

    /// fexit: a program is about to return to the hook that called it.
    ///
    /// `control` is an array map of one word: the id of the program whose runs are not told.
    static func functionExit(program id: UInt32, log: Int32, control: Int32) throws(AssemblyError) -> [Instruction] {
        try instructions(
            """
            r2 = r10
            r2 += -8
            r0 = 0
            *(u64 *)(r10 - 8) = r0
            call bpf_get_func_ret
            ld_pseudo r1, 0x2, \(control) <+0x0>
            r1 = *(u32 *)(r1 + 0)
            w2 = \(Int32(bitPattern: id))
            if w1 == w2 goto done
            \(nextRecord(of: log, Event.layout))
            w1 = \(Event.run)
            *(u32 *)(r7 + \(Event.kind)) = r1
            call bpf_get_smp_processor_id
            *(u32 *)(r7 + \(Event.cpu)) = r0
            w1 = \(Int32(bitPattern: id))
            *(u32 *)(r7 + \(Event.subject)) = r1
            r1 = *(u64 *)(r10 - 8)
            *(u32 *)(r7 + \(Event.value)) = r1
            *(u64 *)(r7 + 0) = r6
            done:
            r0 = 0
            exit
            """)
    }

    /// The raw tracepoint `kfree_skb` (skb, location, reason): tells packets at devices of the namespaces that are keys of
    /// `namespaces`, and packets without a device whose sockets are of such a namespace.
    static func packetDrop(log: Int32, namespaces: Int32, at offsets: Offsets) throws(AssemblyError) -> [Instruction] {
        try instructions(
            """
            r6 = *(u64 *)(r1 + 0)
            r8 = *(u64 *)(r1 + 16)
            r0 = 0
            *(u64 *)(r10 - 8) = r0
            *(u64 *)(r10 - 16) = r0
            *(u64 *)(r10 - 24) = r0
            *(u64 *)(r10 - 32) = r0
            \(read(8, to: -8, from: "r6", offsets.packetDevice))
            r9 = *(u64 *)(r10 - 8)
            if r9 == 0 goto socket
            \(read(8, to: -24, from: "r9", offsets.deviceNamespace))
            if r0 != 0 goto socket
            \(read(4, to: -16, from: "r9", offsets.deviceIndex))
            goto namespace
            socket:
            \(read(8, to: -8, from: "r6", offsets.packetSocket))
            r9 = *(u64 *)(r10 - 8)
            if r9 == 0 goto done
            \(read(2, to: -32, from: "r9", offsets.socketFamily))
            r1 = *(u16 *)(r10 - 32)
            if r1 == \(SocketFamily.internet) goto family
            if r1 == \(SocketFamily.internet6) goto family
            if r1 != \(SocketFamily.packet) goto done
            family:
            \(read(8, to: -24, from: "r9", offsets.socketNamespace))
            namespace:
            r9 = *(u64 *)(r10 - 24)
            r0 = 0
            *(u64 *)(r10 - 32) = r0
            \(read(4, to: -32, from: "r9", offsets.namespaceInode))
            ld_pseudo r1, 0x1, \(namespaces)
            r2 = r10
            r2 += -32
            call bpf_map_lookup_elem
            if r0 == 0 goto done
            r9 = *(u32 *)(r10 - 32)
            \(nextRecord(of: log, Event.layout))
            w1 = \(Event.drop)
            *(u32 *)(r7 + \(Event.kind)) = r1
            *(u32 *)(r7 + \(Event.subject)) = r8
            r1 = *(u32 *)(r10 - 16)
            *(u32 *)(r7 + \(Event.value)) = r1
            *(u32 *)(r7 + \(Event.namespace)) = r9
            call bpf_get_smp_processor_id
            *(u32 *)(r7 + \(Event.cpu)) = r0
            *(u64 *)(r7 + 0) = r6
            done:
            r0 = 0
            exit
            """)
    }

    /// The raw tracepoint `bpf_trace_printk` (text).
    static func tracePrint(log: Int32) throws(AssemblyError) -> [Instruction] {
        try instructions(
            """
            r8 = *(u64 *)(r1 + 0)
            \(nextRecord(of: log, Line.layout))
            r1 = r7
            r1 += \(Line.text)
            w2 = \(Line.layout.recordSize - Line.text)
            r3 = r8
            call bpf_probe_read_kernel_str
            *(u64 *)(r7 + 0) = r6
            r0 = 0
            exit
            """)
    }

    /// AF_INET, AF_INET6 and AF_PACKET: whose packets are a network's. Netlink's messages are packets too.
    private enum SocketFamily {
        static let internet = 2
        static let internet6 = 10
        static let packet = 17
    }

    /// Takes the next record of a log: r7 is its address, r6 its number, which is to be written last.
    private static func nextRecord(of log: Int32, _ layout: WitnessLog.Layout) -> String {
        """
        ld_pseudo r7, 0x2, \(log) <+0x0>
        r6 = 1
        r6 = atomic64_fetch_add((u64 *)(r7 +0), r6)
        r1 = r6
        r1 &= \(layout.recordCount - 1)
        r1 *= \(layout.recordSize)
        r7 += \(WitnessLog.Layout.headerSize)
        r7 += r1
        r6 += 1
        """
    }

    /// Copies kernel memory to the stack; r0 is 0, or negative where there is none.
    private static func read(_ count: Int, to slot: Int, from register: String, _ offset: Int) -> String {
        """
        r1 = r10
        r1 += \(slot)
        w2 = \(count)
        r3 = \(register)
        r3 += \(offset)
        call bpf_probe_read_kernel
        """
    }

    private static func instructions(_ text: String) throws(AssemblyError) -> [Instruction] {
        try Assembler.assemble(text).instructions
    }
}
