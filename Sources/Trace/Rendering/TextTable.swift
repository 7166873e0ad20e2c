/// Rows of text in aligned columns, two spaces between them.
public struct TextTable: Sendable {
    /// How a cell stands out on a terminal; a word says the same, so that nothing rests on colour alone.
    public enum Emphasis: String, Sendable {
        case plain = ""
        case faint = "2"
        case strong = "1"
        case good = "32"
        case bad = "31"
    }

    /// One cell of a row.
    public struct Cell: Sendable, ExpressibleByStringInterpolation {
        public var text: String
        public var emphasis: Emphasis

        public init(_ text: String, _ emphasis: Emphasis = .plain) {
            self.text = text
            self.emphasis = emphasis
        }

        public init(stringLiteral value: String) { self.init(value) }
    }

    private var rows: [[Cell]] = []

    public init() {}

    public mutating func append(_ row: [Cell]) { rows.append(row) }

    /// The table, a line feed after each row; no row ends with spaces.
    public func text(coloured: Bool) -> String {
        var widths: [Int] = []
        for row in rows {
            // A row's last cell needs no room behind it, so it widens no column.
            for (column, cell) in row.dropLast().enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.text.count)
            }
        }
        var text = ""
        for row in rows {
            let last = row.lastIndex { !$0.text.isEmpty } ?? -1
            for (column, cell) in row.prefix(last + 1).enumerated() {
                let isStyled = coloured && cell.emphasis != .plain && !cell.text.isEmpty
                text += isStyled ? "\u{1B}[\(cell.emphasis.rawValue)m\(cell.text)\u{1B}[0m" : cell.text
                guard column < last else { continue }
                text += String(repeating: " ", count: max(0, widths[column] - cell.text.count) + 2)
            }
            text += "\n"
        }
        return text
    }
}
