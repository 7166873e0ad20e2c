import BPFInstructionSet
import BPFRuntime
import BPFVerifier
import KernelControl
import LinuxABI
import PacketModel
import Testing

/// Programs on packets of a modelled network: what no test run on Linux can show.
@Suite struct ProgramTests {
    let host = TestHost()
    let runtime: BPFRuntime

    init() { runtime = BPFRuntime(host: host, arena: host.arena, possibleCPUs: 2, seed: 1) }

    func load(_ instructions: [Instruction], lines: [LineInfo] = []) throws -> Descriptor {
        try runtime.loadProgram(
            ProgramLoad(type: .schedCls, name: "test", instructions: instructions, licence: "GPL", lines: lines)
        ).descriptor
    }

    func program(_ instructions: [Instruction], lines: [LineInfo] = []) throws -> LoadedProgram {
        try runtime.program(try load(instructions, lines: lines))
    }

    func packet(_ bytes: [UInt8] = [UInt8](1...60)) throws -> SocketBuffer {
        let packet = try #require(
            SocketBuffer(arena: host.arena, capacity: 256, number: host.nextPacketNumber()))
        packet.reserve(32)
        packet.append(bytes)
        packet.macHeader = 0
        packet.networkHeader = 14
        return packet
    }

    /// `bpf_convert_tstamp_read`: the type is looked at only at ingress, and only by programs that don't know of it.
    @Test(
        arguments: [(false, 0, 7), (true, 0, 7), (false, 1, 7), (true, 1, 0), (true, 2, 0)] as [(Bool, UInt8, UInt32)])
    func deliveryTimeReadsAsZeroAtIngress(isAtIngress: Bool, type: UInt8, expected: UInt32) throws {
        let packet = try packet()
        packet.timestamp = 7
        packet.timestampType = type
        packet.hookBits = isAtIngress ? .atIngress : []
        let plain = try program([Assembler.load(.doubleword, 0, 1, 152), Assembler.exit])
        #expect(try plain.run(packet: packet) == expected)
        let sameRegister = try program([
            Assembler.load(.doubleword, 1, 1, 152), Assembler.move(0, 1), Assembler.exit,
        ])
        #expect(try sameRegister.run(packet: packet) == expected)
        let aware = try program([
            Assembler.load(.byte, 2, 1, 180), Assembler.load(.doubleword, 0, 1, 152), Assembler.exit,
        ])
        #expect(try aware.run(packet: packet) == 7)
    }

    /// `bpf_convert_tstamp_write`: at ingress the stamp becomes a plain one.
    @Test(arguments: [(false, 2), (true, 0)] as [(Bool, UInt8)])
    func writingTimestampClearsItsTypeAtIngress(isAtIngress: Bool, expected: UInt8) throws {
        let packet = try packet()
        packet.timestampType = 2
        packet.hookBits = isAtIngress ? [.atIngress, .redirected] : .redirected
        let program = try program([
            Assembler.set(2, 99), Assembler.store(.doubleword, 1, 152, 2), Assembler.set(0, 0), Assembler.exit,
        ])
        _ = try program.run(packet: packet)
        #expect(packet.timestamp == 99)
        #expect(packet.timestampType == expected)
        #expect(packet.hookBits.contains(.redirected))
    }

    /// `bpf_unclone_prologue`
    @Test func directWriteLeavesAClonesBytesAlone() throws {
        let original = try packet()
        let clone = try #require(original.clone(number: host.nextPacketNumber()))
        #expect(try program(Assembler.writer(0xEE)).run(packet: clone) == 0)
        #expect(clone.bytes[0] == 0xEE)
        #expect(original.bytes[0] == 1)
        #expect(!original.isCloned)
    }

    @Test func tailCallIntoAWriterUnclonesToo() throws {
        let array = try runtime.createMap(
            MapCreate(type: .programArray, name: "jumps", keySize: 4, valueSize: 4, maxEntries: 1))
        let writer = try load(Assembler.writer(0xEE))
        try runtime.update(
            array, key: [0, 0, 0, 0], value: (0..<4).map { UInt8(truncatingIfNeeded: writer.rawValue >> ($0 * 8)) },
            flags: 0)
        let caller = try program(
            Assembler.map(2, array.rawValue) + [
                Assembler.set(3, 0), Assembler.call(12), Assembler.set(0, 44), Assembler.exit,
            ])
        let original = try packet()
        let clone = try #require(original.clone(number: host.nextPacketNumber()))
        #expect(try caller.run(packet: clone) == 0)
        #expect(clone.bytes[0] == 0xEE)
        #expect(original.bytes[0] == 1)
        // The array's last descriptor closed, its slots are empty, though the caller still holds the map.
        try runtime.close(array)
        #expect(try caller.run(packet: clone) == 44)
    }

    /// A program that a clone meets runs in the middle of the one that sent the clone.
    @Test func runsNestWithoutTouchingEachOther() throws {
        let inner = try program(Assembler.writer(0x55))
        // Its own stack and the packet's bytes must survive the nested runs.
        let outer = try program([
            Assembler.move(6, 1), Assembler.set(7, 1234), Assembler.store(.doubleword, 10, -8, 7), Assembler.set(2, 1),
            Assembler.set(3, 0), Assembler.call(13), Assembler.load(.word, 2, 6, 76), Assembler.load(.word, 3, 6, 80),
            Assembler.move(4, 2), Assembler.add(4, 1), Assembler.set(0, 9), Assembler.jumpIfGreater(4, 3, 3),
            Assembler.load(.byte, 0, 2, 0), Assembler.load(.doubleword, 1, 10, -8),
            Instruction(opcode: 0x0F, destination: 0, source: 1), Assembler.exit,
        ])
        let packet = try packet()
        var depth = 0
        host.onClone = { [host] packet in
            guard let clone = packet.clone(number: host.nextPacketNumber()) else { return -1 }
            depth += 1
            defer { depth -= 1 }
            // Each level also runs the outer program on the clone, three deep.
            if depth < 3 { #expect((try? outer.run(packet: clone)) == 1235) }
            #expect((try? inner.run(packet: clone)) == 0)
            #expect(clone.bytes[0] == 0x55)
            return 0
        }
        #expect(try outer.run(packet: packet) == 1235)
        #expect(packet.bytes[0] == 1)
        host.onClone = nil
    }

    /// The verifier lets no program do this; the device's address goes bad while the program runs.
    @Test func faultsAreReportedWithTheirSourceLine() throws {
        let lines = [
            LineInfo(instruction: 0, file: "a.bpf.c", text: "start", line: 3, column: 1),
            LineInfo(instruction: 4, file: "a.bpf.c", text: "return skb->ifindex;", line: 8, column: 5),
            LineInfo(instruction: 6, file: "a.bpf.c", text: "}", line: 9, column: 1),
        ]
        let program = try program(
            [
                Assembler.load(.doubleword, 2, 1, 152), Assembler.move(6, 1), Assembler.set(2, 1), Assembler.set(3, 0),
                Assembler.call(13), Assembler.load(.word, 0, 6, 40), Assembler.exit,
            ], lines: lines)
        let packet = try packet()
        host.onClone = { packet in
            packet.setDevice(nil, native: 0x10)
            return 0
        }
        let fault = #expect(throws: ProgramFault.self) { try program.run(packet: packet) }
        #expect(fault?.instruction == 5)
        #expect(fault?.line?.line == 8)
        #expect(
            fault?.description.hasPrefix(
                "program test (id 1), instruction 5 (a.bpf.c:8: return skb->ifindex;): load of 4")
                == true)
        host.onClone = nil
        // The environment is usable again.
        packet.setDevice(nil, native: 0)
        #expect(try program.run(packet: packet) == 0)
    }

    @Test func helpersNotModelledAreRefusedByName() throws {
        let code = [Assembler.set(2, 0), Assembler.set(3, 0), Assembler.call(18), Assembler.exit]
        let error = #expect(throws: ControlError.self) { try load(code) }
        #expect(error?.description == "not modelled: bpf_skb_vlan_push (instruction 2)")
    }

    @Test func refusalsCarryTheVerifiersLog() throws {
        let error = #expect(throws: ControlError.self) { try load([Assembler.exit]) }
        guard case .kernel(let failure) = error else { return #expect(Bool(false)) }
        #expect(failure.errno == .EACCES)
        #expect(failure.message.contains("R0 !read_ok"))
    }

    @Test func badMapDescriptorsAreNamed() throws {
        let code = Assembler.map(1, 99) + [Assembler.set(0, 0), Assembler.exit]
        let error = #expect(throws: ControlError.self) { try load(code) }
        #expect(error?.description == "EBADF: fd 99 is not pointing to valid bpf_map\n")
    }

    @Test func traceLinesLookLikeTracefs() {
        // From the recording's kernel.
        let line = TracePipeLine(
            task: "python3", processID: 164, cpu: 0, flags: "b..11", time: 29_094_888_000, text: "100% sure")
        #expect(line.description == "         python3-164     [000] b..11    29.094888: bpf_trace_printk: 100% sure")
    }

    @Test func redirectHelpersStoreTheirRequest() throws {
        var code: [Instruction] = []
        for (index, word) in [10, 0x0102, 0x0304, 0x0506, 0x0708].enumerated() {
            code += [
                Assembler.set(1, Int32(word)), Assembler.store(.word, 10, Int16(-24 + 4 * index), 1),
            ]
        }
        code += [
            Assembler.set(1, 5), Assembler.move(2, 10), Assembler.add(2, -24), Assembler.set(3, 20),
            Assembler.set(4, 0), Assembler.call(152), Assembler.exit,
        ]
        #expect(try program(code).run(packet: packet()) == 7)
        let request = host.redirect
        #expect(request?.targetIndex == 5)
        #expect(request?.flags == RedirectRequest.neighbour | RedirectRequest.nextHop)
        #expect(request?.nextHopFamily == 10)
        #expect(request?.nextHopLow == 0x0102 | 0x0304 << 32)
        #expect(request?.nextHopHigh == 0x0506 | 0x0708 << 32)
    }

    /// `__bpf_skb_change_head`: the link-layer header is where the packet begins now.
    @Test func changeHeadMovesTheLinkLayerHeader() throws {
        let packet = try packet()
        packet.pull(14)
        packet.networkHeader = 0
        let program = try program([Assembler.set(2, 14), Assembler.set(3, 0), Assembler.call(43), Assembler.exit])
        #expect(try program.run(packet: packet) == 0)
        #expect(packet.macHeader == 0)
        #expect(packet.macLength == 14)
        #expect(packet.networkHeader == 14)
        #expect(packet.bytes == [UInt8](repeating: 0, count: 14) + [UInt8](15...60))
    }

    /// BPF_F_RECOMPUTE_CSUM keeps a complete checksum complete, at even and at odd offsets.
    @Test(arguments: [0, 1, 14, 33] as [Int32])
    func storedBytesStayUnderACompleteChecksum(offset: Int32) throws {
        let packet = try packet()
        packet.checksumState = .complete
        packet.checksum = InternetChecksum.sum(packet.bytes)
        let program = try program([
            Assembler.set(6, 0x1234_5678), Assembler.store(.doubleword, 10, -8, 6), Assembler.set(2, offset),
            Assembler.move(3, 10), Assembler.add(3, -8), Assembler.set(4, 3), Assembler.set(5, 1), Assembler.call(9),
            Assembler.exit,
        ])
        #expect(try program.run(packet: packet) == 0)
        #expect(packet.bytes[Int(offset)] == 0x78)
        #expect(InternetChecksum.fold(packet.checksum) == InternetChecksum.fold(InternetChecksum.sum(packet.bytes)))
        #expect(packet.checksumState == .complete)
    }
}
