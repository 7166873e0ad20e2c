import BPFInstructionSet
import KernelControl
import LinuxABI

/// A program's functions and source lines as the kernel takes them: types, and the records that name them (`struct
/// bpf_func_info`, `struct bpf_line_info`).
struct EncodedBTF {
    /// The `.BTF` section.
    let section: [UInt8]
    let functionRecords: [UInt8]
    let functionCount: Int
    let lineRecords: [UInt8]
    let lineCount: Int
    /// The type of the function that the program begins with.
    let mainFunction: UInt32

    static let functionRecordSize = 8
    static let lineRecordSize = 16

    /// Encodes what is known of a program. Functions that came without prototypes get one with which the kernel proves them
    /// as it does without BTF; the first gets the context, as hooks call it.
    init(_ request: ProgramLoad) {
        var encoder = BTFEncoder()
        var vocabulary = Vocabulary(&encoder)
        let functions = request.functions.isEmpty ? Self.functions(of: request) : request.functions
        var records: [UInt8] = []
        var main: UInt32 = 0
        for function in functions {
            let parameters = function.parameters ?? (function.start == 0 ? [.context] : [])
            var list: [(name: String, type: UInt32)] = []
            for (index, parameter) in parameters.enumerated() {
                list.append(("arg\(index)", vocabulary.type(of: parameter, &encoder)))
            }
            let prototype = encoder.prototype(result: vocabulary.int, parameters: list)
            let type = encoder.function(
                function.name, prototype: prototype, linkage: function.isGlobal ? .global : .static)
            if function.start == 0 { main = type }
            records.append(native: UInt32(function.start))
            records.append(native: type)
        }
        var lines: [UInt8] = []
        for line in request.lines {
            lines.append(native: UInt32(line.instruction))
            lines.append(native: encoder.string(line.file))
            lines.append(native: encoder.string(line.text))
            lines.append(native: UInt32(truncatingIfNeeded: line.line) << 10 | UInt32(line.column & 0x3FF))
        }
        section = encoder.section
        functionRecords = records
        functionCount = functions.count
        lineRecords = lines
        lineCount = request.lines.count
        mainFunction = main
    }

    /// BPF_BTF_LOAD: a descriptor that programs are loaded with.
    ///
    /// - Throws: the kernel's errno with its log.
    func load() throws(ControlError) -> OpenFile {
        typealias Field = BPFAttributes.BTFLoad
        let request = BPFRequest(.btfLoad)
        request.pass(section, at: Field.types)
        request.set(Field.size, UInt32(section.count))
        let answer = request.send()
        if answer >= 0 { return OpenFile(answer) }
        let log = request.reserve(1 << 16, at: Field.logBuffer)
        request.set(Field.logSize, 1 << 16)
        request.set(Field.logLevel, 1)
        let again = request.send()
        if again >= 0 { return OpenFile(again) }
        throw .errno(KernelErrno(rawValue: -answer), "function types: " + request.text(of: log))
    }

    /// What the kernel will find: the first instruction, and what calls and function addresses lead to.
    private static func functions(of request: ProgramLoad) -> [FunctionInfo] {
        var starts: Set<Int> = [0]
        for (index, instruction) in request.instructions.enumerated() {
            switch instruction.form {
            case .call(.subprogram) where instruction.source == PseudoSource.call:
                starts.insert(index + 1 + Int(instruction.immediate))
            case .loadImmediate64(.function): starts.insert(index + 1 + Int(instruction.immediate))
            default: break
            }
        }
        return starts.sorted().map { start in
            FunctionInfo(start: start, name: start == 0 ? "program" : "function_\(start)", isGlobal: start == 0)
        }
    }

    /// The types that prototypes are made of, each written once.
    private struct Vocabulary {
        let int: UInt32
        private var known: [FunctionInfo.Parameter: UInt32]

        init(_ encoder: inout BTFEncoder) {
            int = encoder.integer("int", byteCount: 4, isSigned: true)
            known = [.scalar: int]
        }

        mutating func type(of parameter: FunctionInfo.Parameter, _ encoder: inout BTFEncoder) -> UInt32 {
            if let type = known[parameter] { return type }
            let type: UInt32
            switch parameter {
            case .scalar: type = int
            // The kernel knows the context by its structure's name (btf_is_prog_ctx_type).
            case .context: type = encoder.pointer(to: encoder.structure("__sk_buff", byteCount: 192))
            case .memory(let byteCount):
                type = encoder.pointer(to: encoder.structure("", byteCount: UInt32(clamping: byteCount)))
            case .unsupported(let text): type = Self.unsupported(text, &encoder)
            }
            known[parameter] = type
            return type
        }

        /// A type as C writes it, so that the kernel refuses it in its own words: a pointer to what has no size, a dynptr, or a
        /// structure or union by value.
        private static func unsupported(_ text: String, _ encoder: inout BTFEncoder) -> UInt32 {
            let isPointer = text.hasSuffix("*")
            let words = text.split(separator: " ").filter { !$0.allSatisfy { $0 == "*" } }
            let name = words.count > 1 ? String(words[words.count - 1]) : ""
            guard isPointer else {
                return words.first == "union"
                    ? encoder.union(name, byteCount: 16) : encoder.structure(name, byteCount: 16)
            }
            if name == "bpf_dynptr" { return encoder.pointer(to: encoder.structure(name, byteCount: 16)) }
            return encoder.pointer(to: name.isEmpty ? 0 : encoder.forward(name))
        }
    }
}
