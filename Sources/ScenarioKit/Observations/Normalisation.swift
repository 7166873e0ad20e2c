import PacketModel

/// Everything in which two kernels may differ although they did the same, and what becomes of it before they are compared
/// or recorded. Whatever is not named here is compared to the last bit.
///
/// - **Times**: dropped from frames. `trace_pipe` lines keep the program's text; task, CPU, flags and time in front go.
/// - **IPv4 identifications**: ordinals of packets by first appearance, 0 stays 0; the header checksum follows. Also where an ICMP
///   error quotes a header, in IP carried by IP, and where a program moved the packet from behind its Ethernet type
///   (``FrameNormaliser``).
/// - **IPv6 flow labels and fragment identifications**, which are hashes: ordinals likewise.
/// - **Checksums**: whether each was valid, partial, wrong or absent is found out on the frame as captured, and compared
///   as a field of its own. A valid one is computed anew over the changed bytes, a wrong one moves by as much as they did.
/// - **Random link-layer addresses**: those of declared devices that the scenario gives none become `fe:00:00:00:00:01` and
///   up, in the order of declaration; in Ethernet headers, ARP, and options of neighbour discovery, whose checksum follows.
/// - **Neighbours' states**, which hang on the clock: reachable, stale, delay and probe are `known`, incomplete and failed
///   `unknown`, without an address.
/// - **Program ids** of programs that the scenario doesn't know (`id N`): ordinals by first appearance.
/// - **Maps declared `unstable`** (time stamps, cookies, hashes): each distinct value is an ordinal, zero stays zero. In
///   per-CPU maps each CPU's value counts for itself.
/// - **Map entries**: in the order of their keys' bytes, since a hash map has none of its own.
/// - **Order across CPUs**: within a step, runs are sorted by CPU, and keep their order on each; drops are sorted by
///   device and reason.
/// - **CPUs of timers**: in an `advance` everything begins in timers, which Linux runs on whichever CPU is awake
///   (kernel/time/timer_migration.c); the CPUs of runs in such steps are dropped.
/// - **CPUs that the scenario doesn't declare**: their rows of `softnet`, and their zero values in per-CPU maps, are cut.
/// - **`softnet`**: left out unless the scenario says `needs: machine`; `time_squeeze` and `received_rps`, which hang on the
///   wall clock, always.
///
/// Interface indexes, cookies and hashes appear nowhere else: observations name devices and programs as the scenario does.
public struct Normalisation: Sendable {
    /// How many CPUs the scenario declares.
    var cpus: Int
    var comparesSoftnet: Bool
    /// `OBJECT/MAP`.
    var unstableMaps: Set<String>
    /// In the order of declaration; those that the scenario gives are not among them.
    var randomAddresses: [LinkAddress] = []

    init(_ scenario: Scenario) {
        cpus = scenario.machine.cpus
        comparesSoftnet = scenario.needsMachine
        unstableMaps = Set(scenario.objects.flatMap { object in object.unstableMaps.map { "\(object.name)/\($0)" } })
    }

    /// The observations with all of it done.
    public func normalised(_ observations: Observations) -> Observations {
        var result = observations
        normaliseFrames(&result)
        normaliseRunsAndDrops(&result)
        nameUnknownPrograms(&result)
        for index in result.neighbours.indices { normalise(&result.neighbours[index]) }
        for index in result.maps.indices { normalise(&result.maps[index]) }
        result.softnet =
            comparesSoftnet ? result.softnet.prefix(cpus).map { row in row.filter { $0.counter.isComparable } } : []
        result.tracePipe = result.tracePipe.map { ($0.step, Self.printedText(of: $0.text)) }
        return result
    }

    // MARK: Frames

    /// Frames in the order of steps, then of captures, so that a difference in one step leaves the ordinals of earlier ones.
    private func normaliseFrames(_ observations: inout Observations) {
        var normaliser = FrameNormaliser(randomAddresses: randomAddresses)
        var places: [(capture: Int, frame: Int, step: Int)] = []
        for (capture, seen) in observations.captures.enumerated() {
            for (frame, content) in seen.frames.enumerated() { places.append((capture, frame, content.step)) }
        }
        for place in places.sorted(by: { ($0.step, $0.capture, $0.frame) < ($1.step, $1.capture, $1.frame) }) {
            normaliser.normalise(&observations.captures[place.capture].frames[place.frame])
        }
    }

    // MARK: Runs, drops, programs

    private func normaliseRunsAndDrops(_ observations: inout Observations) {
        let timed = Set(observations.steps.filter { $0.verb == "advance" }.map(\.index))
        if let runs = observations.runs {
            for index in runs.indices where timed.contains(runs[index].step) { observations.runs?[index].cpu = nil }
        }
        observations.runs = observations.runs?.enumerated().sorted {
            ($0.element.step, $0.element.cpu ?? 0, $0.offset) < ($1.element.step, $1.element.cpu ?? 0, $1.offset)
        }.map(\.element)
        observations.drops?.sort { ($0.step, $0.device ?? "", $0.reason) < ($1.step, $1.device ?? "", $1.reason) }
    }

    private func nameUnknownPrograms(_ observations: inout Observations) {
        var ordinals = Ordinals<String>()
        func renamed(_ name: String) -> String { name.hasPrefix("id ") ? "id \(ordinals[name])" : name }
        if let runs = observations.runs {
            observations.runs = runs.map { run in
                var run = run
                run.program = renamed(run.program)
                return run
            }
        }
        for index in observations.chains.indices {
            observations.chains[index].programs = observations.chains[index].programs.map(renamed)
        }
    }

    // MARK: Neighbours

    private func normalise(_ neighbour: inout Observations.Neighbour) {
        guard let word = NeighbourWord(rawValue: neighbour.state) else { return }
        switch word {
        case .reachable, .stale, .delay, .probe:
            neighbour.state = "known"
            let addresses = FrameNormaliser(randomAddresses: randomAddresses)
            neighbour.linkAddress = neighbour.linkAddress.map { addresses.stable($0) }
        case .none, .incomplete, .failed:
            neighbour.state = "unknown"
            neighbour.linkAddress = nil
        case .noarp, .permanent: break
        }
    }

    // MARK: Maps

    private func normalise(_ map: inout Observations.Map) {
        map.entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
        if let width = map.valueStride {
            for index in map.entries.indices where map.entries[index].value.count > cpus * width {
                guard map.entries[index].value[(cpus * width)...].allSatisfy({ $0 == 0 }) else { continue }
                map.entries[index].value.removeSubrange((cpus * width)...)
            }
        }
        guard unstableMaps.contains("\(map.object)/\(map.name)") else { return }
        var ordinals = Ordinals<[UInt8]>()
        for index in map.entries.indices {
            let value = map.entries[index].value
            let width = max(1, map.valueStride ?? value.count)
            map.entries[index].value = stride(from: 0, to: value.count, by: width).flatMap { start -> [UInt8] in
                let part = Array(value[start..<min(start + width, value.count)])
                let ordinal = part.contains { $0 != 0 } ? ordinals[part] : 0
                return part.indices.map { $0 < 8 ? UInt8(truncatingIfNeeded: ordinal >> ($0 * 8)) : 0 }
            }
        }
    }

    // MARK: Trace pipe

    /// The program's text behind what the kernel puts in front of it (`trace_print_bprintk_msg_only` has none).
    private static func printedText(of line: String) -> String {
        guard let mark = line.firstRange(of: "bpf_trace_printk: ") else { return line }
        return String(line[mark.upperBound...])
    }
}

/// Numbers for values in the order in which they first appear, from 1.
struct Ordinals<Value: Hashable> {
    private var numbers: [Value: Int] = [:]

    subscript(_ value: Value) -> Int {
        mutating get {
            if let number = numbers[value] { return number }
            numbers[value] = numbers.count + 1
            return numbers.count
        }
    }
}
