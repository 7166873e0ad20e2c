import BPFObjectFile
import LinuxABI

/// A first scenario for a compiled object: a pod behind netkit, a NIC and a far host, each program at the hook that its
/// section names, netkit's peer hook where it names none.
struct FirstScenario {
    let file: ObjectFile
    /// The object's file name; the scenario is to stand beside it.
    let object: String

    init(_ file: ObjectFile, object: String) {
        self.file = file
        self.object = object
    }

    /// The scenario as YAML; nil where no program of the object is one that netkit or tcx runs.
    var yaml: String? {
        guard !attached.isEmpty else { return nil }
        return Self.world(object) + programs + Self.endpoints + steps
    }

    // MARK: Programs

    private struct Placed {
        let name: String
        let hook: AttachType
        var device: String { hook == .tcxIngress || hook == .tcxEgress ? "nic0@node" : "nk0@node" }
    }

    /// Programs of the one type that these hooks run.
    private var runnable: [ProgramSpecification] { file.programs.filter { $0.section.type == .schedCls } }

    /// Those that something calls: what stands in a program array is only tail called.
    private var attached: [Placed] {
        let tailCalled = Set(file.maps.filter { $0.type == .programArray }.flatMap { $0.initialSlots.map(\.target) })
        return runnable.filter { $0.section.isAutoloaded && !tailCalled.contains($0.name) }
            .map { Placed(name: $0.name, hook: $0.section.attachType ?? .netkitPeer) }
    }

    private var programs: String {
        var lines = ["programs:", "  - object: \(quoted(object))"]
        if runnable.count < file.programs.count {
            let names = runnable.filter(\.section.isAutoloaded).map(\.name)
            lines.append("    # The others are of types that neither netkit nor tcx runs.")
            lines.append("    load: [\(names.joined(separator: ", "))]")
        }
        lines += settings + maps
        lines.append("    attach:")
        for program in attached {
            lines.append("      - {program: \(program.name), device: \(program.device), hook: \(program.hook.name)}")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Read-only globals are what an object's user sets; one that is called after an ifindex gets the NIC's.
    private var settings: [String] {
        let constants = file.globals.filter { $0.sectionName.hasPrefix(".rodata") && !$0.name.contains(".") }
        guard !constants.isEmpty else { return [] }
        let isIfindex = { (name: String) in name.lowercased().contains("ifindex") }
        var lines = [constants.contains { isIfindex($0.name) } ? "    set:" : "    # set:"]
        for global in constants {
            let comment = "  # \(file.typeDescription(global))"
            if isIfindex(global.name) {
                lines.append("      \(global.name): {ifindex: nic0@node}\(comment)")
            } else if let bytes = file.globalBytes(global.name), bytes.count <= 8 {
                let number = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                lines.append("      # \(global.name): \(number)\(comment)")
            } else {
                lines.append("      # \(global.name): {hex: …}\(comment)")
            }
        }
        return lines
    }

    /// Maps that a user fills, as examples to complete.
    private var maps: [String] {
        let filled = file.maps.filter { $0.isReportable && $0.initialValue == nil }
        guard !filled.isEmpty else { return [] }
        return ["    # maps:"]
            + filled.map { map in
                "    #   - {map: \(map.name), key: …, value: …}  # key \(map.keySize) bytes, value \(map.valueSize)"
            }
    }

    // MARK: The rest

    private var steps: String {
        var text = """

            steps:
              - name: the pod sends
                send: {from: pod, task: app, udp: "10.0.1.2:4000 > 192.168.7.2:9", payload: hello}
              - name: the far host sends to the pod
                send: {from: far, task: client, udp: "192.168.7.2:4000 > 10.0.1.2:9", payload: hello}

            """
        // The first of a chain sees the one packet that comes by; what follows depends on its verdict.
        let certain = [AttachType.netkitPeer, .tcxIngress].compactMap { hook in attached.first { $0.hook == hook } }
        if !certain.isEmpty {
            text += """
                  - expect:
                      program:

                """
            for program in certain {
                text += "        - {program: \(program.name), hook: \(program.hook.name), count: 1}\n"
            }
        }
        return text + "  # What becomes of the packets: nksim scenario run FILE --trace\n"
    }

    private static func world(_ object: String) -> String {
        """
        # yaml-language-server: $schema=../scenario.schema.json
        version: 1
        title: \(quoted("What \(object) does with a pod's packets"))
        kernel: "6.12"

        hosts:
          - {name: node, namespaces: [pod], sysctl: {net.ipv4.ip_forward: 1}}
          - far

        devices:
          - netkit:
              primary: nk0@node
              peer: {device: eth0@pod, addresses: [10.0.1.2/32]}
              mode: l3
          - nic: {device: nic0@node, wire: lan, mac: "02:00:00:00:07:01", addresses: [192.168.7.1/24]}
          - nic: {device: nic0@far, wire: lan, mac: "02:00:00:00:07:02", addresses: [192.168.7.2/24]}

        routes:
          - {in: pod, to: default, dev: eth0}
          - {in: node, to: 10.0.1.2/32, dev: nk0}
          - {in: far, to: 10.0.1.0/24, via: 192.168.7.1}

        neighbours:
          - {address: 192.168.7.2, mac: "02:00:00:00:07:02", device: nic0@node}
          - {address: 192.168.7.1, mac: "02:00:00:00:07:01", device: nic0@far}


        """
    }

    private static let endpoints = """

        sockets:
          - {name: server, udp: "192.168.7.2:9", in: far}
          - {name: app, udp: "10.0.1.2:9", in: pod}

        captures:
          - {name: wire, device: nic0@node}
          - {name: pod, device: eth0@pod}

        """
}

/// A text as YAML's double quotes have it.
private func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": quoted += "\\\(scalar)"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            let digits = String(scalar.value, radix: 16)
            quoted += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}

extension ScenarioCommands {
    /// Writes a first scenario for a compiled object, to stand beside it.
    ///
    /// Status 2 where the object cannot be read, or has no program that netkit or tcx runs.
    public static func first(for path: String, format: OutputFormat) -> CommandOutput {
        do throws(CommandFailure) {
            let file = try ProgramCommands.open(path)
            let name = path.split(separator: "/").last.map { String($0) } ?? path
            guard let yaml = FirstScenario(file, object: name).yaml else {
                throw CommandFailure(.input, "no program of type sched_cls, which netkit and tcx run", place: path)
            }
            return CommandOutput(text: yaml, status: 0)
        } catch {
            return error.output(format)
        }
    }
}
