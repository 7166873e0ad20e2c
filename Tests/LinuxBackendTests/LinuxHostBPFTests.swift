import BPFInstructionSet
import KernelControl
import LinuxABI
import Testing

@testable import LinuxBackend

#if canImport(Glibc)
    import Glibc
#endif

/// Requests to the running kernel, which must be one that can be asked.
@Suite(.enabled(if: RunningKernel.canBeAsked, "needs root, netkit and fexit programs (Linux 6.7)"), .serialized)
struct LinuxHostBPFTests {
    private func host() throws -> LinuxHost {
        var options = LinuxHost.Options()
        options.cpuCount = 1
        return try LinuxHost(options: options)
    }

    private func program(_ text: String, _ host: LinuxHost, logLevel: UInt32 = 1) throws -> Descriptor {
        try host.loadProgram(
            ProgramLoad(
                type: .schedCls, name: "test", instructions: try Assembler.assemble(text).instructions,
                licence: "GPL", logLevel: logLevel)
        ).descriptor
    }

    @Test func perCPUValuesAreThoseOfTheScenariosCPUs() throws {
        let host = try host()
        let map = try host.createMap(
            MapCreate(type: .perCPUArray, name: "counts", keySize: 4, valueSize: 4, maxEntries: 2))
        try host.update(map, key: [1, 0, 0, 0], value: [7, 0, 0, 0, 0, 0, 0, 0], flags: 0)
        #expect(try host.lookup(map, key: [1, 0, 0, 0]) == [7, 0, 0, 0, 0, 0, 0, 0])
        #expect(try host.nextKey(map, after: nil) == [0, 0, 0, 0])
        try host.finish()
    }

    @Test func refusalsAreTheKernelsLog() throws {
        let host = try host()
        #expect {
            _ = try program("r0 = r5\nexit", host)
        } throws: { error in
            "\(error)".contains("R5 !read_ok")
        }
        try host.finish()
    }

    @Test func chainsAreKeptByTheKernel() throws {
        let host = try host()
        try host.createNamespace("node")
        try host.newLink(
            NewLink(kind: .netkit(NetkitAttributes()), name: "nk0", peer: PeerLink(name: "eth0")), in: "node")
        let first = try program("r0 = 0\nexit", host)
        let second = try program("r0 = -1\nexit", host)
        try host.attach(first, to: "nk0", in: "node", as: .netkitPeer, at: AttachPosition())
        let link = try host.createLink(
            second, to: "nk0", in: "node", as: .netkitPeer,
            at: AttachPosition(
                flags: AttachPosition.beforeFlag, relative: UInt32(first.rawValue), expectedRevision: 2))
        let chain = try host.query(device: "nk0", in: "node", type: .netkitPeer)
        #expect(chain.revision == 3)
        #expect(chain.programIDs == [try host.programID(second), try host.programID(first)])
        #expect(chain.linkIDs == [try host.linkID(link), 0])
        try host.finish()
    }

    @Test func testRunsAreNotTold() throws {
        let host = try host()
        let program = try program("r0 = 3\nexit", host)
        let result = try host.testRun(
            program, TestRun(dataIn: [UInt8](repeating: 0, count: 64), contextIn: [UInt8](repeating: 0, count: 192)))
        #expect(result.returnValue == 3)
        #expect(result.dataOut.count == 64)
        #expect(result.contextOut?.count == 192)
        #expect(try host.takeProgramRuns().isEmpty)
        #expect(try host.takeDrops().isEmpty)
        try host.finish()
    }
}

enum RunningKernel {
    /// Whether a netkit pair can be made and a program can be watched: asked of the kernel, which is changed by neither.
    static let canBeAsked: Bool = {
        var options = LinuxHost.Options()
        options.cpuCount = 1
        do {
            let host = try LinuxHost(options: options)
            try host.createNamespace("probe")
            try host.newLink(
                NewLink(kind: .netkit(NetkitAttributes()), name: "nk0", peer: PeerLink(name: "eth0")), in: "probe")
            let program = try Assembler.assemble("r0 = 0\nexit").instructions
            _ = try host.loadProgram(
                ProgramLoad(type: .schedCls, name: "probe", instructions: program, licence: "GPL"))
            try host.finish()
            return true
        } catch {
            return false
        }
    }()
}
