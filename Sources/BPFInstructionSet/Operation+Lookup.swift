/// The table, and where each opcode's rows are in it.
private struct DecodingTable {
    struct Span {
        var first: UInt16 = 0
        var end: UInt16 = 0
        /// True for one row without selecting fields: the opcode alone decides.
        var isDecided = false
    }

    let rows = Operation.all
    /// One for each opcode.
    let spans: [Span]

    init() {
        var spans = [Span](repeating: Span(), count: 256)
        for (index, row) in rows.enumerated() {
            let opcode = Int(row.opcode)
            if spans[opcode].end == 0 { spans[opcode].first = UInt16(index) }
            spans[opcode].end = UInt16(index + 1)
            spans[opcode].isDecided = spans[opcode].end - spans[opcode].first == 1 && !row.hasSelector
        }
        self.spans = spans
    }
}

/// One global, so that a look-up pays for one check of its initialization.
private let table = DecodingTable()

/// The row of each form.
private let rowOfForm: [InstructionForm: Operation] =
    Dictionary(uniqueKeysWithValues: Operation.all.map { ($0.form, $0) })

extension Operation {
    /// The rows of an opcode, the plain one first; empty for an opcode that does not exist.
    public static func rows(opcode: UInt8) -> ArraySlice<Operation> {
        let span = table.spans[Int(opcode)]
        return table.rows[Int(span.first)..<Int(span.end)]
    }

    /// The row of a form; nil for a form that does not exist, such as a 16-bit atomic.
    public init?(_ form: InstructionForm) {
        guard let row = rowOfForm[form] else { return nil }
        self = row
    }
}

extension Instruction {
    /// The row of the table that the opcode and the selecting fields give; nil when there is none.
    ///
    /// Reserved fields are not looked at; see ``violation(next:)``. Constant time, no allocation.
    public var operation: Operation? {
        let span = table.spans[Int(opcode)]
        if span.isDecided { return table.rows[Int(span.first)] }
        for index in Int(span.first)..<Int(span.end) where table.rows[index].matches(self) {
            return table.rows[index]
        }
        return nil
    }

    /// What the instruction does; nil when no row of the table matches its opcode and selecting fields.
    ///
    /// Reserved fields are not looked at; see ``violation(next:)``. Constant time, no allocation.
    public var form: InstructionForm? {
        let span = table.spans[Int(opcode)]
        if span.isDecided { return table.rows[Int(span.first)].form }
        return operation?.form
    }
}
