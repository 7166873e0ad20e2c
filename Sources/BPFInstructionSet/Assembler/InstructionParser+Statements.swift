extension InstructionParser {
    private static let registers = ["r", "w"].flatMap { letter in (0...10).map { "\(letter)\($0)" } }

    /// What a statement may start with.
    private static let statements =
        registers + ["exit", "goto", "gotol", "may_goto", "call", "callx", "if", "lock", "ld_pseudo"]

    /// The instruction of the line; nil when there is none.
    mutating func instruction() throws(AssemblyError) -> Parsed? {
        let written = opcode()
        if current.kind == .end {
            guard written == nil else { throw error(at: current, expected: "an instruction") }
            return nil
        }
        let start = current
        let parsed = try statement(isWide: written?.value == 0x18)
        guard current.kind == .end else { throw error(at: current, expected: Token.endDescription) }
        if let written, written.value != parsed.first.opcode {
            let right = hexadecimal(parsed.first.opcode, digits: 2)
            throw error(at: written.token, expected: "\(right), the opcode of what follows")
        }
        guard let violation = parsed.first.violation(next: parsed.second), parsed.target == nil else { return parsed }
        // CALLX may be written, as compilers write it; the kernel refuses it later, by its opcode.
        if parsed.first.form == .call(.register) { return parsed }
        throw error(at: start, expected: "an instruction that exists (\(violation))")
    }

    private mutating func statement(isWide: Bool) throws(AssemblyError) -> Parsed {
        let start = current
        if start.kind == .word {
            if Register(start.text) != nil { return try assignment(isWide: isWide) }
            if let statement = try keyword() { return statement }
        }
        if take(sign: "*") { return try store() }
        throw error(
            at: start, expected: "an instruction: a register, \"*(\", if, goto, call, lock or exit",
            vocabulary: Self.statements)
    }

    /// A statement that starts with a word of its own; nil when the current token is none.
    private mutating func keyword() throws(AssemblyError) -> Parsed? {
        let word = current.text
        guard ["exit", "goto", "gotol", "may_goto", "call", "callx", "if", "lock", "ld_pseudo"].contains(word) else {
            return nil
        }
        advance()
        switch word {
        case "exit": return try make(.exit)
        case "goto": return try jump(.jumpAlways(long: false))
        case "gotol":
            let (slots, target) = try distance(bits: 32)
            return try make(.jumpAlways(long: true), immediate: slots, target: target)
        case "may_goto": return try jump(.mayGoto)
        case "if": return try conditionalJump()
        case "callx": return try make(.call(.register), destination: try register("r").number)
        case "lock": return try lockedOperation()
        case "ld_pseudo": return try pseudoLoad()
        default: return try call()
        }
    }

    // MARK: Jumps and calls

    private mutating func jump(
        _ form: InstructionForm, destination: UInt8 = 0, source: UInt8 = 0, immediate: Int32 = 0
    ) throws(AssemblyError) -> Parsed {
        let (slots, target) = try distance(bits: 16)
        return try make(
            form, destination: destination, source: source, offset: Int16(truncatingIfNeeded: slots),
            immediate: immediate, target: target)
    }

    private mutating func conditionalJump() throws(AssemblyError) -> Parsed {
        let left = try register()
        let (text, token) = operatorText()
        guard let condition = JumpCondition.allCases.first(where: { "\($0.symbol)" == text }) else {
            throw error(at: token, expected: "a comparison: == != < <= > >= & s< s<= s> s>=")
        }
        var right: Register?
        var constant: Int32 = 0
        if isNumberNext {
            constant = try immediate()
        } else {
            right = try register(String(left.letter))
        }
        guard take(word: "goto") else { throw error(at: current, expected: "goto", vocabulary: ["goto"]) }
        return try jump(
            .jump(condition, left.width, right == nil ? .immediate : .register), destination: left.number,
            source: right?.number ?? 0, immediate: constant)
    }

    /// `call 5`, `call bpf_redirect`, `call bpf_redirect#23`, `call pc+1`, `call label`, `call name#7` for a kernel function.
    private mutating func call() throws(AssemblyError) -> Parsed {
        if isNumberNext {
            let number = try immediate()
            return try annotatedCall(number)
        }
        if current.text == "pc", next.kind == .sign {
            advance()
            return try make(
                .call(.subprogram), immediate: Int32(truncatingIfNeeded: try number(bits: 32, isSigned: true)))
        }
        let name = current
        guard name.kind == .word else { throw error(at: name, expected: "a number, a helper's name or a label") }
        advance()
        var text = name.text
        if text == "kernel", take(sign: "-"), take(word: "function") { text = "kernel-function" }
        let helper = HelperName.number(of: text)
        guard take(sign: "#") else {
            if let helper { return try make(.call(.helper), immediate: helper) }
            guard isLabel(text) else { throw error(at: current, expected: "\"#\" and a number") }
            return try make(.call(.subprogram), target: name)
        }
        let numberToken = current
        let number = try immediate()
        if let helper {
            guard number == helper else { throw error(at: numberToken, expected: "\(helper), the number of \(text)") }
            return try make(.call(.helper), immediate: number)
        }
        if text == "unknown" { return try make(.call(.helper), immediate: number) }
        var module: Int16 = 0
        if take(word: "module") {
            try expect(sign: "[")
            module = Int16(truncatingIfNeeded: try self.number(bits: 16, isSigned: true))
            try expect(sign: "]")
        }
        return try make(.call(.kernelFunction), offset: module, immediate: number)
    }

    /// A call by number is a helper's, unless the annotation of ``LLVMSyntax`` says otherwise.
    private mutating func annotatedCall(_ number: Int32) throws(AssemblyError) -> Parsed {
        let annotation = annotation() ?? ""
        if annotation == "subprogram" { return try make(.call(.subprogram), immediate: number) }
        let kernelFunction = "kernel function"
        guard annotation.hasPrefix(kernelFunction) else { return try make(.call(.helper), immediate: number) }
        let module = annotation.dropFirst(kernelFunction.count + " module ".count)
        let isNegative = module.hasPrefix("-")
        let index = magnitude(of: String(isNegative ? module.dropFirst() : module)) ?? 0
        return try make(
            .call(.kernelFunction), offset: Int16(truncatingIfNeeded: isNegative ? 0 &- index : index),
            immediate: number)
    }

    // MARK: Memory

    /// `*(u32 *)(r1 + 8) = …`, after the star.
    private mutating func store() throws(AssemblyError) -> Parsed {
        let (size, base, displacement) = try destinationMemory()
        try expect(sign: "=")
        if isNumberNext {
            return try make(
                .store(size, .immediate), destination: base, offset: displacement, immediate: try immediate())
        }
        let value = try register(size == .doubleword ? "r" : "rw").number
        return try make(.store(size, .register), destination: base, source: value, offset: displacement)
    }

    /// `lock *(u64 *)(r1 + 0) += r2`, after `lock`.
    private mutating func lockedOperation() throws(AssemblyError) -> Parsed {
        try expect(sign: "*")
        let (size, base, displacement) = try destinationMemory()
        let (text, token) = operatorText()
        let plain = AtomicOperation.allCases.filter { !$0.alwaysFetches }
        guard let operation = plain.first(where: { "\($0.symbol)" == text }) else {
            throw error(at: token, expected: "an atomic operation: += |= &= ^=")
        }
        let value = try register(size == .doubleword ? "r" : "rw").number
        return try make(
            .atomic(operation, size, fetch: false), destination: base, source: value, offset: displacement)
    }

    /// `(u32 *)(r1 + 8)`.
    private mutating func destinationMemory() throws(AssemblyError) -> (MemorySize, UInt8, Int16) {
        try expect(sign: "(")
        let token = current
        let (size, isSigned) = try memoryType()
        guard !isSigned else { throw error(at: token, expected: "an unsigned size, u8 to u64") }
        try expect(sign: "(")
        let (base, displacement) = try address()
        try expect(sign: ")")
        return (size, base, displacement)
    }

    /// `ld_pseudo r1, 0x1, 0x5`, with `<+0x8>` for the second slot's immediate.
    private mutating func pseudoLoad() throws(AssemblyError) -> Parsed {
        let destination = try register("r").number
        try expect(sign: ",")
        let token = current
        let code = try number(bits: 32)
        guard let code = UInt8(exactly: code), let meaning = WideImmediate(rawValue: code) else {
            throw error(at: token, expected: "a pseudo source, 0 to 6")
        }
        try expect(sign: ",")
        let lower = try immediate()
        let offset = (annotation() ?? "").drop { $0 == "+" }
        let upper = UInt32(truncatingIfNeeded: magnitude(of: String(offset)) ?? 0)
        return try make(
            .loadImmediate64(meaning), destination: destination, immediate: lower, second: Int32(bitPattern: upper))
    }

    // MARK: Encoding

    /// Encodes a form through its row of the table.
    func make(
        _ form: InstructionForm, destination: UInt8 = 0, source: UInt8 = 0, offset: Int16 = 0, immediate: Int32 = 0,
        second: Int32? = nil, target: Token? = nil
    ) throws(AssemblyError) -> Parsed {
        guard let row = Operation(form) else {
            throw error(at: current, expected: "an operation that exists in this size")
        }
        let first = row.instruction(destination: destination, source: source, offset: offset, immediate: immediate)
        let isWide = form.slotCount == 2
        return Parsed(
            first: first, second: isWide ? Instruction(opcode: 0, immediate: second ?? 0) : nil, target: target)
    }
}
