import BPFInstructionSet
import BPFVerifier
public import KernelControl
import LinuxABI

extension BPFRuntime {
    /// BPF_PROG_LOAD: verifies a program, rewrites and decodes it; its descriptor and the verifier's log.
    ///
    /// - Throws: the kernel's errno, the message being the verifier's log; "not modelled: …" for what Linux may take and
    ///   nksim lacks.
    public func loadProgram(_ request: ProgramLoad) throws(ControlError) -> (descriptor: Descriptor, log: String) {
        guard request.type == .schedCls else { throw .notModelled("program type \(request.type.name)") }
        guard 1...Self.maximumInstructions ~= request.instructions.count else { throw .errno(.E2BIG) }
        guard MapGeometry.isValidName(request.name) else { throw .errno(.EINVAL) }
        let (instructions, maps) = try resolveMaps(request.instructions)
        let program = ProgramToVerify(
            name: request.name, type: request.type, instructions: instructions, maps: maps.map(\.descriptorToVerify),
            functions: request.functions.map(FunctionRecord.init), lines: request.lines.map(SourceLine.init),
            isGPLCompatible: Self.gplCompatibleLicences.contains(request.licence),
            possibleCPUs: mapMemory.possibleCPUs)
        let verified: VerifiedProgram
        do throws(VerifierError) {
            verified = try BPFVerifier.verify(program, log: LogLevel(rawValue: request.logLevel))
        } catch {
            if error.isNotModelled { throw .notModelled(error.message.withoutNotModelled) }
            throw .errno(error.errno, error.log.isEmpty ? error.message : error.log)
        }
        let loaded = try LoadedProgram(
            verified, id: lastProgramID + 1, tag: ProgramTag.tag(of: request.instructions), maps: maps, runner: runner)
        lastProgramID += 1
        return (descriptors.open(loaded), verified.log)
    }

    /// The program behind a descriptor, to attach it.
    ///
    /// - Throws: `EBADF`, or `EINVAL` where something else is behind it.
    public func program(_ descriptor: Descriptor) throws(ControlError) -> LoadedProgram {
        try descriptors.object(descriptor, as: LoadedProgram.self)
    }

    /// BPF_OBJ_GET_INFO_BY_FD: the program's id.
    ///
    /// - Throws: `EBADF`, or `EINVAL` where something else is behind it.
    public func programID(_ descriptor: Descriptor) throws(ControlError) -> UInt32 { try program(descriptor).id }

    /// BPF_COMPLEXITY_LIMIT_INSNS.
    private static let maximumInstructions = 1_000_000

    /// `license_is_gpl_compatible`
    private static let gplCompatibleLicences: Set<String> = [
        "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
    ]

    /// Replaces descriptors in 64-bit loads by indices into the list of maps (`resolve_pseudo_ldimm64`).
    private func resolveMaps(
        _ instructions: [Instruction]
    ) throws(ControlError) -> (instructions: [Instruction], maps: [BPFMap]) {
        var instructions = instructions
        var maps: [BPFMap] = []
        var index = 0
        while index < instructions.count {
            guard case .loadImmediate64(let meaning) = instructions[index].form else {
                index += 1
                continue
            }
            if meaning == .mapFD || meaning == .mapValue {
                let descriptor = instructions[index].immediate
                let map: BPFMap
                do throws(ControlError) {
                    map = try self.map(Descriptor(rawValue: descriptor))
                } catch {
                    guard case .kernel(let failure) = error else { throw error }
                    throw .errno(failure.errno, "fd \(descriptor) is not pointing to valid bpf_map\n")
                }
                let place = maps.firstIndex { $0 === map } ?? maps.count
                if place == maps.count { maps.append(map) }
                instructions[index].immediate = Int32(place)
            }
            index += 2
        }
        return (instructions, maps)
    }
}

extension BPFMap {
    /// What a program's proof depends on.
    fileprivate var descriptorToVerify: MapDescriptor {
        MapDescriptor(
            name: geometry.name, id: id, type: geometry.type, keySize: UInt32(geometry.keySize),
            valueSize: UInt32(geometry.valueSize), maxEntries: UInt32(geometry.maxEntries), flags: geometry.flags,
            readOnlyContents: readOnlyContents)
    }

    /// The value of a frozen one-element array that programs only read (`bpf_map_is_rdonly`).
    private var readOnlyContents: [UInt8]? {
        guard isFrozen, geometry.maxEntries == 1, geometry.flags.contains(.readOnlyProgram),
            let array = self as? ArrayMap
        else { return nil }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: array.values, count: geometry.valueSize))
    }
}

extension FunctionRecord {
    fileprivate init(_ info: FunctionInfo) {
        self.init(
            startInstruction: info.start, name: info.name, isGlobal: info.isGlobal,
            parameters: (info.parameters ?? []).map { parameter in
                switch parameter {
                case .scalar: .scalar
                case .context: .context
                case .memory(let byteCount): .memory(size: UInt32(clamping: byteCount), mayBeNull: true)
                case .unsupported(let text): .unsupported(text)
                }
            })
    }
}

extension SourceLine {
    fileprivate init(_ info: LineInfo) {
        self.init(
            instruction: info.instruction, file: info.file, text: info.text, line: info.line, column: info.column)
    }
}

extension String {
    /// Without a leading "not modelled: ".
    fileprivate var withoutNotModelled: String {
        let prefix = "not modelled: "
        return hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
