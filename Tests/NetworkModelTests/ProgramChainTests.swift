import KernelControl
import LinuxABI
import Testing

@testable import NetworkModel

/// One step of a chain's story, as the kernel's selftests tc_opts.c and tc_links.c tell them.
enum ChainStep: Sendable {
    /// Who is named beside the program: nobody, a program, a link, or a failure to find one.
    enum Relative: Sendable {
        case none
        case program(UInt32)
        case link(UInt32)
        case failure(KernelErrno)
    }

    case attach(
        UInt32, flags: UInt32 = 0, Relative = .none, replace: UInt32? = nil, revision: UInt64 = 0,
        fails: KernelErrno? = nil)
    case detach(UInt32?, flags: UInt32 = 0, Relative = .none, revision: UInt64 = 0, fails: KernelErrno? = nil)
    /// Creates the link of that number for the program of that number.
    case link(UInt32, flags: UInt32 = 0, Relative = .none, revision: UInt64 = 0, fails: KernelErrno? = nil)
    case update(link: UInt32, to: UInt32, old: UInt32? = nil, fails: KernelErrno? = nil)
    case detachLink(UInt32)
    case holds([UInt32], revision: UInt64? = nil, links: [UInt32]? = nil)
}

private let before = AttachPosition.beforeFlag
private let after = AttachPosition.afterFlag
private let replace = AttachPosition.replaceFlag
private let id = AttachPosition.idFlag
private let linkFlag = AttachPosition.linkFlag

struct ChainStory: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let steps: [ChainStep]

    init(_ name: String, _ steps: [ChainStep]) {
        testDescription = name
        self.steps = steps
    }

    static let programs: [ChainStory] = [
        ChainStory("OPTS-01", [.attach(1), .holds([1], revision: 2), .detach(1), .holds([])]),
        ChainStory(
            "OPTS-02",
            [
                .attach(1), .attach(2), .holds([1, 2], revision: 3), .attach(3, flags: before, .program(2)),
                .holds([1, 3, 2], revision: 4), .attach(4, flags: before | id, .program(1)),
                .holds([4, 1, 3, 2], revision: 5), .detach(4), .detach(3), .detach(2), .detach(1), .holds([]),
            ]),
        ChainStory(
            "OPTS-03",
            [
                .attach(1), .attach(2), .attach(3, flags: after, .program(1)), .holds([1, 3, 2], revision: 4),
                .attach(4, flags: after | id, .program(2)), .holds([1, 3, 2, 4], revision: 5), .detach(4),
                .holds([1, 3, 2], revision: 6), .detach(3), .holds([1, 2], revision: 7), .detach(2),
                .holds([1], revision: 8), .detach(1), .holds([]),
            ]),
        ChainStory(
            "OPTS-04",
            [
                .attach(1, revision: 1), .attach(2, revision: 1, fails: .ESTALE), .attach(2, revision: 2),
                .holds([1, 2], revision: 3), .detach(2, revision: 2, fails: .ESTALE), .detach(2, revision: 3),
                .detach(1), .holds([]),
            ]),
        ChainStory(
            "OPTS-07",
            [
                .attach(1, revision: 1), .attach(2, flags: before | id, .program(1), revision: 2),
                .holds([2, 1], revision: 3), .attach(3, flags: replace, replace: 2, revision: 3),
                .holds([3, 1], revision: 4),
                .attach(2, flags: replace | before, .program(1), replace: 3, revision: 4),
                .holds([2, 1], revision: 5), .attach(2, flags: replace, replace: 2, fails: .EEXIST),
                .attach(3, flags: replace | after, .program(1), replace: 2, revision: 5, fails: .ERANGE),
                .attach(3, flags: replace | after | before, .program(1), replace: 2, revision: 5, fails: .ERANGE),
                .detach(2, flags: before | id, .program(1), revision: 5), .detach(1), .holds([]),
            ]),
        ChainStory(
            "OPTS-08",
            [
                .attach(1, flags: before | after, fails: .ERANGE),
                .attach(1, flags: before | id, .failure(.ENOENT), fails: .ENOENT),
                .attach(1, flags: after | id, .failure(.ENOENT), fails: .ENOENT),
                .attach(1, .program(2), fails: .EINVAL),
                .attach(1, flags: before | after, .program(2), fails: .ENOENT),
                .attach(1, flags: id, .program(2), fails: .EINVAL),
                .attach(1, flags: before, .program(1), fails: .ENOENT),
                .attach(1, flags: after, .program(1), fails: .ENOENT), .attach(1), .attach(1, fails: .EEXIST),
                .attach(1, flags: before, .program(1), fails: .EEXIST),
                .attach(1, flags: after, .program(1), fails: .EEXIST),
                .attach(1, flags: replace, .program(2), fails: .EINVAL),
                .attach(1, flags: replace, replace: 1, fails: .EEXIST), .holds([1], revision: 2), .detach(1),
            ]),
        ChainStory(
            "OPTS-09",
            [
                .attach(1), .attach(2, flags: before), .attach(3, flags: before), .attach(4, flags: before),
                .holds([4, 3, 2, 1], revision: 5),
            ]),
        ChainStory(
            "OPTS-10",
            [
                .attach(1), .attach(2, flags: after), .attach(3, flags: after), .attach(4, flags: after),
                .holds([1, 2, 3, 4], revision: 5),
            ]),
        ChainStory(
            "OPTS-12",
            [
                .attach(1), .link(2), .attach(2, flags: replace, replace: 1, fails: .EEXIST),
                .attach(1, flags: replace, replace: 2, fails: .EEXIST),
                .attach(3, flags: replace, replace: 2, fails: .EBUSY), .attach(3, flags: replace, replace: 1),
                .link(4), .attach(2, flags: replace, replace: 4, fails: .EEXIST),
                .holds([3, 2, 4], revision: 5, links: [0, 2, 4]), .detach(3), .detachLink(2), .detachLink(4),
                .holds([]),
            ]),
        ChainStory(
            "OPTS-13",
            [
                .attach(1), .link(2), .detach(nil, flags: after, fails: .EBUSY), .detach(nil, flags: before),
                .holds([2]), .detach(2, fails: .EBUSY), .detachLink(2), .holds([]),
            ]),
        ChainStory(
            "OPTS-14",
            [
                .attach(1), .attach(2), .attach(3), .attach(4), .detach(nil, flags: before),
                .holds([2, 3, 4], revision: 6), .detach(nil, flags: after), .holds([2, 3], revision: 7), .detach(3),
                .detach(2), .detach(nil, flags: before, fails: .ENOENT), .detach(nil, flags: after, fails: .ENOENT),
            ]),
        ChainStory(
            "OPTS-15",
            [
                .attach(1), .attach(2), .attach(3), .attach(4), .detach(1, flags: before, .program(2)),
                .holds([2, 3, 4], revision: 6), .detach(1, flags: before, .program(2), fails: .ENOENT),
                .detach(2, flags: before, .program(4), fails: .ERANGE),
                .detach(2, flags: before, .program(1), fails: .ENOENT), .detach(2, flags: before, .program(3)),
                .holds([3, 4], revision: 7), .detach(nil, flags: before, .program(4)), .holds([4], revision: 8),
                .detach(nil, flags: before), .holds([]),
            ]),
        ChainStory(
            "OPTS-16",
            [
                .attach(1), .attach(2), .attach(3), .attach(4), .detach(2, flags: after, .program(1)),
                .holds([1, 3, 4], revision: 6), .detach(2, flags: after, .program(1), fails: .ENOENT),
                .detach(1, flags: after, .program(4), fails: .ERANGE),
                .detach(1, flags: after, .program(3), fails: .ERANGE),
                .detach(1, flags: after, .program(1), fails: .ERANGE), .detach(3, flags: after, .program(1)),
                .holds([1, 4], revision: 7), .detach(nil, flags: after, .program(1)), .holds([1], revision: 8),
                .detach(nil, flags: after), .holds([]),
            ]),
        ChainStory("OPTS-17", [.detach(nil, fails: .ENOENT)]),
        ChainStory(
            "OPTS-24", [.holds([], revision: 1), .attach(1, revision: 1), .holds([1], revision: 2), .detach(1)]),
        ChainStory("mprog: REPLACE is refused at detach", [.attach(1), .detach(1, flags: replace, fails: .EINVAL)]),
        ChainStory(
            "mprog: a relative program is ignored where the program is given, and nothing without flags",
            [.attach(1), .attach(2), .detach(nil, .program(2), fails: .EINVAL), .detach(1, .program(2)), .holds([2])]),
    ]

    static let links: [ChainStory] = [
        ChainStory(
            "LINK-02",
            [
                .link(1), .link(2), .holds([1, 2], revision: 3, links: [1, 2]), .link(3, flags: before, .program(2)),
                .link(4, flags: before | linkFlag | id, .link(1)),
                .holds([4, 1, 3, 2], revision: 5, links: [4, 1, 3, 2]),
            ]),
        ChainStory(
            "LINK-03",
            [
                .link(1), .link(2), .link(3, flags: after, .program(1)), .link(4, flags: after | linkFlag, .link(2)),
                .holds([1, 3, 2, 4], revision: 5, links: [1, 3, 2, 4]),
            ]),
        ChainStory(
            "LINK-04",
            [.link(1, revision: 1), .link(2, revision: 1, fails: .ESTALE), .link(2, revision: 2), .holds([1, 2])]),
        ChainStory(
            "LINK-06",
            [
                .link(1, revision: 1), .link(2, flags: before | id, .program(1), revision: 2),
                .holds([2, 1], revision: 3, links: [2, 1]),
                .link(3, flags: replace, .program(2), revision: 3, fails: .ENOENT),
                .link(3, flags: replace | linkFlag, .link(2), revision: 3, fails: .ENOENT),
                .link(3, flags: replace | linkFlag | after | id, .link(2), fails: .ENOENT),
                .update(link: 2, to: 3), .holds([3, 1], revision: 4, links: [2, 1]), .detachLink(2),
                .holds([1], revision: 5, links: [1]), .update(link: 1, to: 1), .holds([1], revision: 5),
            ]),
        ChainStory(
            "LINK-07",
            [
                .link(1, flags: before | after, fails: .ERANGE),
                .link(1, flags: id, .failure(.ENOENT), fails: .ENOENT),
                .link(1, flags: linkFlag, .failure(.EINVAL), fails: .EINVAL), .link(1, .program(2), fails: .EINVAL),
                .link(1, flags: before | after, .program(2), fails: .ENOENT),
                .link(1, flags: before, .program(1), fails: .ENOENT), .link(1, flags: id, .program(2), fails: .EINVAL),
                .link(1), .link(2, flags: before | linkFlag | id, .failure(.ENOENT), fails: .ENOENT),
                .link(2, flags: before | linkFlag | id, .link(1)), .holds([2, 1], revision: 3),
            ]),
        ChainStory(
            "LINK-08", [.link(1), .link(2, flags: before), .link(3, flags: before), .holds([3, 2, 1], revision: 4)]),
        ChainStory("LINK-09", [.link(1), .link(2, flags: after), .link(3, flags: after), .holds([1, 2, 3])]),
        ChainStory(
            "link flags: unknown bits alone, and with BEFORE",
            [
                .link(1, flags: 1 << 20, fails: .EINVAL), .link(1), .link(2, flags: before | 1 << 20),
                .holds([2, 1]),
            ]),
        ChainStory(
            "link update: EPERM, EEXIST, ENOLINK after detach; detaching twice is no error",
            [
                .link(1), .link(2), .update(link: 1, to: 3, old: 2, fails: .EPERM),
                .update(link: 1, to: 2, fails: .EEXIST), .update(link: 1, to: 3, old: 1), .holds([3, 2], revision: 4),
                .detachLink(1), .detachLink(1), .update(link: 1, to: 4, fails: .ENOLINK), .holds([2], revision: 5),
            ]),
    ]
}

@Suite struct ProgramChainTests {
    @Test(arguments: ChainStory.programs, [AttachType.tcxIngress, .netkitPeer])
    func `OPTS-01…24 attached programs`(_ story: ChainStory, _ type: AttachType) { play(story, type) }

    @Test(arguments: ChainStory.links, [AttachType.tcxEgress, .netkitPrimary])
    func `LINK-01…09 links`(_ story: ChainStory, _ type: AttachType) { play(story, type) }

    @Test(arguments: [UInt32(0), before, after])
    func `OPTS-20…22 a chain holds 63 programs, and replacing still works`(_ flags: UInt32) throws {
        let environment = TestEnvironment()
        let hook = DeviceHook(.tcxIngress)
        for number in 1...63 { try hook.attach(program(UInt32(number), environment), flags: flags) }
        #expect(throws: KernelErrno.ERANGE) { try hook.attach(program(64, environment), flags: flags) }
        #expect(hook.info.programIDs.count == 63)
        let old = hook.programs[40]
        try hook.attach(program(65, environment), replaced: .program(old), flags: replace)
        #expect(hook.info.programIDs[40] == 65)
        #expect(hook.info.revision == 65)
    }

    @Test func `netkit's revision goes on after the last detach, tcx's starts again`() throws {
        let environment = TestEnvironment()
        for (type, stale) in [(AttachType.netkitPrimary, true), (.tcxIngress, false)] {
            let hook = DeviceHook(type)
            let first = program(1, environment)
            try hook.attach(first)
            try hook.detach(first)
            #expect(hook.info == ChainInfo(revision: 1, programIDs: [], linkIDs: []))
            if stale {
                #expect(throws: KernelErrno.ESTALE) { try hook.attach(first, expectedRevision: 1) }
                try hook.attach(first)
                #expect(hook.info.revision == 4)
            } else {
                try hook.attach(first, expectedRevision: 1)
                #expect(hook.info.revision == 2)
            }
        }
    }

    private func program(_ id: UInt32, _ environment: TestEnvironment) -> TestProgram {
        TestProgram(id, environment, returns: Verdict.next)
    }

    private func play(_ story: ChainStory, _ type: AttachType) {
        let environment = TestEnvironment()
        let hook = DeviceHook(type)
        let programs = (0...4).map { program(UInt32($0), environment) }
        var links: [UInt32: HookLink] = [:]
        func resolve(_ relative: ChainStep.Relative) -> ProgramChain.Resolved {
            switch relative {
            case .none: .none
            case .program(let id): .program(programs[Int(id)])
            case .link(let id): links[id].map { .link($0) } ?? .failure(.ENOENT)
            case .failure(let errno): .failure(errno)
            }
        }
        func check(_ index: Int, _ expected: KernelErrno?, _ body: () throws(KernelErrno) -> Void) {
            var found: KernelErrno?
            do { try body() } catch { found = error }
            #expect(found == expected, "step \(index): \(story.steps[index])")
        }
        for (index, step) in story.steps.enumerated() {
            switch step {
            case .attach(let id, let flags, let relative, let old, let revision, let fails):
                check(index, fails) { () throws(KernelErrno) in
                    try hook.attach(
                        programs[Int(id)], replaced: old.map { .program(programs[Int($0)]) } ?? .none, flags: flags,
                        relative: resolve(relative), expectedRevision: revision)
                }
            case .detach(let id, let flags, let relative, let revision, let fails):
                check(index, fails) { () throws(KernelErrno) in
                    try hook.detach(
                        id.map { programs[Int($0)] }, flags: flags, relative: resolve(relative),
                        expectedRevision: revision)
                }
            case .link(let id, let flags, let relative, let revision, let fails):
                let link = HookLink(id: id, program: programs[Int(id)], type: type)
                check(index, fails) { () throws(KernelErrno) in
                    try hook.attach(link, flags: flags, relative: resolve(relative), expectedRevision: revision)
                }
                if fails == nil { links[id] = link }
            case .update(let link, let new, let old, let fails):
                check(index, fails) { () throws(KernelErrno) in
                    try links[link]?.update(to: programs[Int(new)], old: old.map { programs[Int($0)] })
                }
            case .detachLink(let id): links[id]?.detach()
            case .holds(let ids, let revision, let linkIDs):
                let info = hook.info
                #expect(info.programIDs == ids, "step \(index)")
                #expect(hook.programs.map(\.id) == ids, "step \(index)")
                if let revision { #expect(info.revision == revision, "step \(index)") }
                if let linkIDs { #expect(info.linkIDs == linkIDs, "step \(index)") }
            }
        }
    }
}
