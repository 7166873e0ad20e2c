import Wording

/// Reads one line: the parts that instructions are made of. The instructions themselves are in the extensions.
struct InstructionParser {
    /// One instruction as read.
    struct Parsed {
        var first: Instruction
        /// The second slot of LDDW.
        var second: Instruction?
        /// The label whose distance the instruction needs.
        var target: Token?
    }

    let number: Int
    private let line: [Character]
    private let tokens: [Token]
    private var position = 0

    init(line: [Character], number: Int) {
        self.line = line
        self.number = number
        tokens = Token.tokens(of: line)
    }

    // MARK: Tokens

    var current: Token { tokens[position] }

    /// The token after the current one; the end stays the end.
    var next: Token { tokens[min(position + 1, tokens.count - 1)] }

    mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    /// Takes the sign when it is the current token.
    mutating func take(sign: String) -> Bool {
        guard current.kind == .sign, current.text == sign else { return false }
        advance()
        return true
    }

    /// Takes the word when it is the current token.
    mutating func take(word: String) -> Bool {
        guard current.kind == .word, current.text == word else { return false }
        advance()
        return true
    }

    mutating func expect(sign: String) throws(AssemblyError) {
        guard take(sign: sign) else { throw error(at: current, expected: "\"\(sign)\"") }
    }

    func error(at token: Token, expected: String, vocabulary: [String] = []) -> AssemblyError {
        AssemblyError(
            line: number, column: token.column, found: token.description, expected: expected,
            nearest: token.kind == .word ? nearestWord(to: token.text.lowercased(), among: vocabulary) : nil)
    }

    // MARK: Before the instruction

    /// Takes `12:`, and insists that it is the number of the slot.
    mutating func skipSlotNumber(_ slot: Int) throws(AssemblyError) {
        guard current.kind == .word, next.text == ":", let written = magnitude(of: current.text) else { return }
        guard written == UInt64(slot) else { throw error(at: current, expected: "\(slot), the number of this slot") }
        advance()
        advance()
    }

    /// Takes `name:`.
    mutating func label() throws(AssemblyError) -> Token? {
        guard current.kind == .word, next.kind == .sign, next.text == ":" else { return nil }
        let label = current
        guard isLabel(label.text) else {
            throw error(at: label, expected: "a label: not a number, a register, a helper or a word of the syntax")
        }
        advance()
        advance()
        return label
    }

    /// True for words that nothing else in the syntax can be.
    func isLabel(_ word: String) -> Bool {
        guard let first = word.first, !first.isNumber else { return false }
        return Register(word) == nil && HelperName.number(of: word) == nil
            && !["pc", "unknown", "kernel"].contains(word)
    }

    /// Takes `(b7)`, when two hexadecimal digits are all there is between the brackets.
    mutating func opcode() -> (value: UInt8, token: Token)? {
        guard current.text == "(", next.kind == .word, next.text.utf8.count == 2, position + 2 < tokens.count,
            tokens[position + 2].text == ")", let value = UInt8(next.text, radix: 16)
        else { return nil }
        let token = next
        position += 3
        return (value, token)
    }

    // MARK: Parts

    /// Takes what llvm writes after an instruction, `<symbol+0x8>`: the text between the angle brackets.
    mutating func annotation() -> String? {
        guard current.kind == .sign, current.text.first == "<" else { return nil }
        let start = current.column
        guard let end = line.lastIndex(of: ">"), end >= start else { return nil }
        while current.kind != .end, current.column <= end + 1 { advance() }
        return String(line[start..<end])
    }

    /// An operator; the `s` of a signed one stands directly before it.
    mutating func operatorText() -> (text: String, token: Token) {
        let token = current
        guard token.kind != .end else { return ("", token) }
        advance()
        if token.kind == .word, token.text == "s", current.kind == .sign, current.isAdjacent {
            let text = "s" + current.text
            advance()
            return (text, token)
        }
        return (token.text, token)
    }

    /// True when a number, with or without a sign, comes next.
    var isNumberNext: Bool {
        let token = current.kind == .sign && (current.text == "-" || current.text == "+") ? next : current
        return token.kind == .word && token.text.first?.isNumber == true
    }

    /// A number with an optional sign, as sign and magnitude; `bits` is how many its field has.
    ///
    /// With `bits` 32, numbers from -2^31 to 2^32-1 are taken, as llvm does: the upper half are negative numbers written
    /// as unsigned. `isSigned` takes only what a signed field of that width holds.
    mutating func number(bits: Int, isSigned: Bool = false) throws(AssemblyError) -> Int64 {
        let start = current
        let isNegative = current.text == "-"
        if isNegative || current.text == "+" { advance() }
        guard current.kind == .word, current.text.first?.isNumber == true, let value = magnitude(of: current.text)
        else {
            throw error(at: current, expected: "a number")
        }
        let half = UInt64(1) << (bits - 1)
        let highest = isSigned ? half - 1 : half - 1 + half
        guard value <= (isNegative ? half : highest) else {
            throw AssemblyError(
                line: number, column: start.column, found: (isNegative ? "-" : "") + current.description,
                expected: "a number of \(bits) bits, -\(half) to \(highest)", nearest: nil)
        }
        advance()
        let pattern = Int64(bitPattern: value)
        return isNegative ? 0 &- pattern : pattern
    }

    /// A number of 32 bits, for the immediate field.
    mutating func immediate() throws(AssemblyError) -> Int32 {
        Int32(truncatingIfNeeded: try number(bits: 32))
    }

    mutating func register(_ letters: String = "rw") throws(AssemblyError) -> Register {
        guard current.kind == .word, let register = Register(current.text), letters.contains(register.letter) else {
            let names = letters.map { "\($0)0 to \($0)10" }.joined(separator: " or ")
            throw error(at: current, expected: "a register, \(names)")
        }
        advance()
        return register
    }

    /// A register of a certain number, such as the destination again.
    mutating func register(_ wanted: Register) throws(AssemblyError) {
        guard current.kind == .word, Register(current.text) == wanted else {
            throw error(at: current, expected: "\(wanted.letter)\(wanted.number) again")
        }
        advance()
    }

    /// `u32 *)` of a memory access, after the opening bracket.
    mutating func memoryType() throws(AssemblyError) -> (size: MemorySize, isSigned: Bool) {
        let token = current
        let sizes = MemorySize.allCases.filter { "\($0.bitCount)" == token.text.dropFirst() }
        guard token.kind == .word, let size = sizes.first, token.text.first == "u" || token.text.first == "s" else {
            throw error(
                at: token, expected: "a size, u8 to u64 or s8 to s32",
                vocabulary: ["u8", "u16", "u32", "u64", "s8", "s16", "s32"])
        }
        advance()
        try expect(sign: "*")
        try expect(sign: ")")
        return (size, token.text.first == "s")
    }

    /// `r1 + 8` or `r1 -8`, without brackets; the displacement may be missing.
    mutating func address() throws(AssemblyError) -> (register: UInt8, displacement: Int16) {
        let base = try register("r").number
        guard current.text == "+" || current.text == "-" else { return (base, 0) }
        return (base, Int16(truncatingIfNeeded: try number(bits: 16, isSigned: true)))
    }

    /// How far a jump goes: `pc+3`, `+3`, `3` or a label, and llvm's `<symbol>` after it.
    mutating func distance(bits: Int) throws(AssemblyError) -> (slots: Int32, target: Token?) {
        if current.text == "pc", next.kind == .sign { advance() }
        guard !isNumberNext, current.kind == .word, isLabel(current.text) else {
            guard isNumberNext else { throw error(at: current, expected: "a distance or a label") }
            let slots = Int32(truncatingIfNeeded: try number(bits: bits, isSigned: true))
            _ = annotation()
            return (slots, nil)
        }
        let label = current
        advance()
        return (0, label)
    }

    /// The value of a decimal or hexadecimal number without a sign; nil for other words and for more than 64 bits.
    func magnitude(of word: String) -> UInt64? {
        let lower = word.lowercased()
        return lower.hasPrefix("0x") ? UInt64(lower.dropFirst(2), radix: 16) : UInt64(lower)
    }
}

/// A register's name: `r0` to `r10`, or `w0` to `w10` for its lower half.
struct Register: Hashable {
    let letter: Character
    let number: UInt8

    init(letter: Character, number: UInt8) {
        self.letter = letter
        self.number = number
    }

    init?(_ word: String) {
        let lower = word.lowercased()
        guard let letter = lower.first, letter == "r" || letter == "w", let number = UInt8(lower.dropFirst()),
            number <= 10, lower.dropFirst() == "\(number)"
        else { return nil }
        self.init(letter: letter, number: number)
    }

    var width: OperandWidth { letter == "w" ? .word : .doubleword }
}
