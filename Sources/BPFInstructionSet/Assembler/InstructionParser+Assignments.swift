extension InstructionParser {
    /// The words that may follow `r1 =`.
    private static let valueWords: [String] =
        ByteOrderConversion.allCases.flatMap { conversion in [16, 32, 64].map { "\(conversion.word)\($0)" } }
        + ["atomic", "atomic64"].flatMap { prefix in
            ["fetch_add", "fetch_or", "fetch_and", "fetch_xor", "xchg", "cmpxchg"].map { "\(prefix)_\($0)" }
        }
        + ["xchg_64", "xchg32_32", "cmpxchg_64", "cmpxchg32_32", "addr_space_cast", "map", "subprog", "btf"]

    /// A statement that starts with a register: `r1 += …`, `r1 = …`.
    mutating func assignment(isWide: Bool) throws(AssemblyError) -> Parsed {
        let destination = try register()
        let (text, token) = operatorText()
        if text == "=" { return try value(for: destination, isWide: isWide) }
        guard let operation = ArithmeticOperation.allCases.first(where: { "\($0.symbol)" == text }) else {
            throw error(at: token, expected: "= or an operation: += -= *= /= %= &= |= ^= <<= >>= s>>= s/= s%=")
        }
        if isNumberNext {
            return try make(
                .alu(operation, destination.width, .immediate), destination: destination.number,
                immediate: try immediate())
        }
        let source = try register(String(destination.letter)).number
        return try make(
            .alu(operation, destination.width, .register), destination: destination.number, source: source)
    }

    private mutating func value(for destination: Register, isWide: Bool) throws(AssemblyError) -> Parsed {
        if isNumberNext { return try constant(for: destination, isWide: isWide) }
        if take(sign: "-") {
            try register(destination)
            return try make(.negate(destination.width), destination: destination.number)
        }
        if take(sign: "*") { return try load(to: destination) }
        if take(sign: "(") { return try signExtension(to: destination) }
        let word = current
        guard word.kind == .word else { throw error(at: word, expected: "a register, a number or an operation") }
        if Register(word.text) != nil {
            let source = try register(String(destination.letter)).number
            return try make(
                .move(destination.width, .register), destination: destination.number, source: source)
        }
        advance()
        return try operation(named: word, for: destination)
    }

    /// `5`, `5 ll`.
    private mutating func constant(for destination: Register, isWide: Bool) throws(AssemblyError) -> Parsed {
        let start = self
        let wide = try number(bits: 64)
        let hasSuffix = take(word: "ll")
        guard isWide || hasSuffix else {
            self = start
            return try make(
                .move(destination.width, .immediate), destination: destination.number, immediate: try immediate())
        }
        guard destination.width == .doubleword else {
            throw error(at: current, expected: "a register r0 to r10 for ll")
        }
        return try make(
            .loadImmediate64(.constant), destination: destination.number, immediate: Int32(truncatingIfNeeded: wide),
            second: Int32(truncatingIfNeeded: wide >> 32))
    }

    /// `*(u32 *)(r1 + 8)` or `*(u8 *)skb[5]`, after the star.
    private mutating func load(to destination: Register) throws(AssemblyError) -> Parsed {
        try expect(sign: "(")
        let token = current
        let (size, isSigned) = try memoryType()
        if destination.letter == "w", isSigned || size == .doubleword {
            throw error(at: token, expected: "u8, u16 or u32 for a register w0 to w10")
        }
        if take(word: "skb") {
            guard destination.number == 0, !isSigned else {
                throw error(at: token, expected: "an unsigned packet load to r0")
            }
            return try packetLoad(size)
        }
        try expect(sign: "(")
        let (base, displacement) = try address()
        try expect(sign: ")")
        return try make(
            .load(size, signed: isSigned), destination: destination.number, source: base, offset: displacement)
    }

    /// `[5]`, `[r1]`, `[r1 + 5]`, `[r1 + -5]`.
    private mutating func packetLoad(_ size: MemorySize) throws(AssemblyError) -> Parsed {
        try expect(sign: "[")
        var index: Register?
        var displacement: Int32 = 0
        if !isNumberNext { index = try register("r") }
        if index == nil || current.text == "+" || current.text == "-" {
            // The kernel's log writes a plus sign also before a negative number.
            if current.text == "+", next.text == "-" { advance() }
            displacement = try immediate()
        }
        try expect(sign: "]")
        return try make(
            .loadPacket(size, indirect: index != nil), source: index?.number ?? 0, immediate: displacement)
    }

    /// `s8)r2`, after the bracket.
    private mutating func signExtension(to destination: Register) throws(AssemblyError) -> Parsed {
        let token = current
        let sizes: [MemorySize] = destination.width == .word ? [.byte, .halfword] : [.byte, .halfword, .word]
        guard let size = sizes.first(where: { "s\($0.bitCount)" == token.text }) else {
            throw error(at: token, expected: sizes.map { "s\($0.bitCount)" }.joined(separator: " or "))
        }
        advance()
        try expect(sign: ")")
        let source = try register(String(destination.letter)).number
        return try make(
            .moveSignExtended(destination.width, from: size), destination: destination.number, source: source)
    }

    /// An operation that is written as a word, which has been taken: `be16 r1`, `atomic_fetch_add(…)`, `map[id:5]`.
    private mutating func operation(named word: Token, for destination: Register) throws(AssemblyError) -> Parsed {
        for conversion in ByteOrderConversion.allCases {
            for size in [MemorySize.halfword, .word, .doubleword]
            where word.text == "\(conversion.word)\(size.bitCount)" {
                guard destination.width == .doubleword else {
                    throw error(at: word, expected: "a register r0 to r10 before")
                }
                try register(destination)
                return try make(.endian(conversion, size), destination: destination.number)
            }
        }
        if current.text == "(", word.text == "addr_space_cast" { return try addressSpaceCast(to: destination) }
        if current.text == "(", let parsed = try atomic(named: word, for: destination) { return parsed }
        if destination.width == .doubleword {
            if current.text == "[", let parsed = try reference(named: word, for: destination.number) { return parsed }
            if isLabel(word.text), take(word: "ll") {
                return try make(.loadImmediate64(.function), destination: destination.number, target: word)
            }
        }
        throw error(
            at: word, expected: "a register, a number or an operation",
            vocabulary: Self.valueWords + (0...10).map { "\(destination.letter)\($0)" })
    }

    /// `(r2, 0, 1)`.
    private mutating func addressSpaceCast(to destination: Register) throws(AssemblyError) -> Parsed {
        try expect(sign: "(")
        let source = try register("r").number
        try expect(sign: ",")
        let to = try number(bits: 16)
        try expect(sign: ",")
        let from = try number(bits: 16)
        try expect(sign: ")")
        return try make(
            .addressSpaceCast, destination: destination.number, source: source,
            immediate: Int32(truncatingIfNeeded: to << 16 | from & 0xFFFF))
    }

    /// The kernel's `atomic64_fetch_add((u64 *)(r1 +0), r2)` and llvm's `xchg_64(r1 + 0x0, r2)`; nil for other words.
    private mutating func atomic(named word: Token, for destination: Register) throws(AssemblyError) -> Parsed? {
        for operation in AtomicOperation.allCases {
            let name = operation.alwaysFetches ? "\(operation.word)" : "fetch_\(operation.word)"
            // Which sizes a name can have; llvm's names of the exchanges tell, and have no type in the brackets.
            let sizes: [MemorySize]
            var isTyped = true
            switch word.text {
            case "atomic_\(name)": sizes = [.word, .doubleword]
            case "atomic64_\(name)": sizes = [.doubleword]
            case "\(name)_64" where operation.alwaysFetches: (sizes, isTyped) = ([.doubleword], false)
            case "\(name)32_32" where operation.alwaysFetches: (sizes, isTyped) = ([.word], false)
            default: continue
            }
            return try atomic(operation, sizes: sizes, isTyped: isTyped, for: destination)
        }
        return nil
    }

    private mutating func atomic(
        _ operation: AtomicOperation, sizes: [MemorySize], isTyped: Bool, for destination: Register
    ) throws(AssemblyError) -> Parsed {
        try expect(sign: "(")
        var size = sizes[0]
        if isTyped {
            try expect(sign: "(")
            let token = current
            let type = try memoryType()
            guard !type.isSigned, sizes.contains(type.size) else {
                throw error(at: token, expected: sizes.map { "u\($0.bitCount)" }.joined(separator: " or "))
            }
            size = type.size
            try expect(sign: "(")
        }
        let (base, displacement) = try address()
        if isTyped { try expect(sign: ")") }
        try expect(sign: ",")
        if operation == .compareExchange {
            // The old value is compared with r0 and goes there; no other register can be written.
            let r0 = Register(letter: destination.letter, number: 0)
            guard destination == r0 else { throw error(at: current, expected: "r0 or w0 before the equals sign") }
            try register(r0)
            try expect(sign: ",")
        }
        guard size == .word || destination.letter == "r" else {
            throw error(at: current, expected: "a register r0 to r10 for 64 bits")
        }
        let value = try register(String(destination.letter))
        guard operation == .compareExchange || value == destination else {
            throw error(at: current, expected: "the register before the equals sign, which gets the old value, again")
        }
        try expect(sign: ")")
        return try make(
            .atomic(operation, size, fetch: true), destination: base, source: value.number, offset: displacement)
    }

    /// `map[id:5]`, `map[id:5][0]+8`, `map[idx:5]`, `map[idx:5]+8`, `btf[id:5]`, `subprog[+3]`, after the word.
    private mutating func reference(named word: Token, for destination: UInt8) throws(AssemblyError) -> Parsed? {
        guard ["map", "btf", "subprog"].contains(word.text) else { return nil }
        try expect(sign: "[")
        var meaning = WideImmediate.function
        if word.text != "subprog" {
            let kind = current
            guard kind.text == "id" || (kind.text == "idx" && word.text == "map") else {
                throw error(at: kind, expected: word.text == "map" ? "id or idx" : "id")
            }
            advance()
            try expect(sign: ":")
            meaning = word.text == "btf" ? .btfID : kind.text == "id" ? .mapFD : .mapIndex
        }
        let number = try immediate()
        try expect(sign: "]")
        if meaning == .mapFD, take(sign: "[") {
            guard take(word: "0") else { throw error(at: current, expected: "0, the map's only element") }
            try expect(sign: "]")
            guard current.text == "+" else { throw error(at: current, expected: "+ and an offset into the value") }
            meaning = .mapValue
        } else if meaning == .mapIndex, current.text == "+" {
            meaning = .mapIndexValue
        }
        let upper = current.text == "+" ? try immediate() : 0
        return try make(.loadImmediate64(meaning), destination: destination, immediate: number, second: upper)
    }
}
