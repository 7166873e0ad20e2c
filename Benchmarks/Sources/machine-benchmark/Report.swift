/// Measurements as text.
enum Report {
    /// A table for people.
    static func table(_ results: [Measurement], rounds: Int) -> String {
        var lines = [
            row("program", "instructions", "native ns", "checked ns", "ns/instr.", "ratio"),
            String(repeating: "-", count: 72),
        ]
        lines += results.map {
            row(
                $0.name, "\($0.instructions)", number($0.native, 1), number($0.interpreted, 1),
                number($0.interpreted / Double($0.instructions), 2), number($0.ratio, 1))
        }
        let perInstruction = geometricMean(results.map { $0.interpreted / Double($0.instructions) })
        lines.append(String(repeating: "-", count: 72))
        lines.append(
            row("geometric mean", "", "", "", number(perInstruction, 2), number(mean(results), 2)))
        lines.append("medians of \(rounds) rounds, thread CPU time, native and interpreted in turn")
        return lines.joined(separator: "\n")
    }

    /// The same for programs.
    static func json(_ results: [Measurement], rounds: Int) -> String {
        let programs = results.map {
            """
                {"name": "\($0.name)", "instructions": \($0.instructions), "native_ns": \(number($0.native, 3)), \
            "interpreted_ns": \(number($0.interpreted, 3)), "ratio": \(number($0.ratio, 3))}
            """
        }
        return """
            {
              "rounds": \(rounds),
              "geometric_mean_ratio": \(number(mean(results), 3)),
              "programs": [
            \(programs.joined(separator: ",\n"))
              ]
            }
            """
    }

    private static func mean(_ results: [Measurement]) -> Double { geometricMean(results.map(\.ratio)) }

    private static func row(_ name: String, _ rest: String...) -> String {
        func padding(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count))
        }
        return name + padding(name, 16) + rest.map { padding($0, 11) + $0 }.joined()
    }

    /// `value` with `digits` decimals.
    private static func number(_ value: Double, _ digits: Int) -> String {
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
