/// Where each opcode's rows are in ``Operation/all``.
private let firstRow: [UInt16] = {
    var first: [UInt16] = []
    var row = 0
    for opcode in 0...256 {
        while row < Operation.all.count, Int(Operation.all[row].opcode) < opcode { row += 1 }
        first.append(UInt16(row))
    }
    return first
}()

/// The row of each form.
private let rowOfForm: [InstructionForm: Operation] =
    Dictionary(uniqueKeysWithValues: Operation.all.map { ($0.form, $0) })

extension Operation {
    /// The rows of an opcode, the plain one first; empty for an opcode that does not exist.
    public static func rows(opcode: UInt8) -> ArraySlice<Operation> {
        all[Int(firstRow[Int(opcode)])..<Int(firstRow[Int(opcode) + 1])]
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
        let rows = Operation.all
        for index in Int(firstRow[Int(opcode)])..<Int(firstRow[Int(opcode) + 1]) where rows[index].matches(self) {
            return rows[index]
        }
        return nil
    }
}
