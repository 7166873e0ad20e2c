/// The table and the JSON document of a benchmark run.
public struct PipelineReport: Sendable {
    public var results: [PipelineResult]

    public init(results: [PipelineResult]) { self.results = results }

    /// A table with one line for each row; the ratio is to veth's inline softirq, Linux's default.
    public var text: String {
        let reference = results.first { $0.row == .vethInline && $0.skipped == nil }
        var lines = [["pipeline", "packets/s", "CPU ns/packet", "p50 ns", "p99 ns", "packets/s, veth inline = 1"]]
        for result in results {
            if let skipped = result.skipped {
                lines.append([result.row.rawValue, "not run: \(skipped)", "", "", "", ""])
                continue
            }
            let ratio = reference.map { Self.fixed(result.packetsPerSecond / $0.packetsPerSecond, 2) } ?? "–"
            lines.append([
                result.row.rawValue, Self.grouped(UInt64(result.packetsPerSecond)),
                Self.grouped(UInt64(result.cpuPerPacket.rounded())), Self.grouped(result.latencyMedian),
                Self.grouped(result.latency99), ratio,
            ])
        }
        let widths = lines[0].indices.map { column in
            lines.filter { !$0[1].hasPrefix("not run") || column == 0 }.map { $0[column].count }.max() ?? 0
        }
        return lines.map { line in
            var text = ""
            for (column, cell) in line.enumerated() {
                let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
                text += column == 0 ? cell + padding : "  " + padding + cell
            }
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }

    /// One JSON document, schema `nksim-bench` version 1; times in nanoseconds.
    public var json: String {
        let rows = results.map { result in
            if let skipped = result.skipped {
                return "{\"pipeline\": \"\(result.row)\", \"skipped\": \"\(skipped)\"}"
            }
            return """
                {"pipeline": "\(result.row)", "packets": \(result.packets), "wall_ns": \(result.wallNanoseconds), \
                "cpu_ns": \(result.cpuNanoseconds), "packets_per_second": \(Self.fixed(result.packetsPerSecond, 0)), \
                "cpu_ns_per_packet": \(Self.fixed(result.cpuPerPacket, 1)), "latency_p50_ns": \(result.latencyMedian), \
                "latency_p99_ns": \(result.latency99)}
                """
        }
        return """
            {"schema": {"name": "nksim-bench", "version": 1}, "rows": [
              \(rows.joined(separator: ",\n  "))
            ]}

            """
    }

    /// `value` with that many digits behind the point.
    private static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = UInt64((value * scale).rounded())
        guard digits > 0 else { return "\(scaled)" }
        let fraction = String(scaled % UInt64(scale))
        return "\(scaled / UInt64(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// `1,234,567`.
    private static func grouped(_ value: UInt64) -> String {
        let digits = Array(String(value))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}
