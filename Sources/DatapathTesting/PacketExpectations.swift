import PacketModel
public import Testing

/// Expects frames, in order, as the packet notation writes them; a difference is shown in the same notation.
///
/// IPv4 identifications are random: they count only where the notation has an `id=`.
public func expectFrames(
    _ found: [[UInt8]], _ expected: [String], at location: SourceLocation = #_sourceLocation
) {
    for index in 0..<max(found.count, expected.count) {
        guard index < expected.count else {
            Issue.record(
                "frame \(index) was not expected: \(PacketDescription(found[index]))", sourceLocation: location)
            continue
        }
        let wanted: PacketNotation
        do {
            wanted = try PacketNotation(expected[index])
        } catch {
            Issue.record("frame \(index): \(error)", sourceLocation: location)
            continue
        }
        guard index < found.count else {
            Issue.record("frame \(index) is missing: \(expected[index])", sourceLocation: location)
            continue
        }
        let ignoresIdentification = !expected[index].contains("id=")
        let left = canonical(PacketDescription(found[index]).layers, ignoresIdentification)
        let right = canonical(PacketDescription(wanted.bytes).layers, ignoresIdentification)
        #expect(
            left == right, "frame \(index), found and expected:\n  \(left)\n  \(right)", sourceLocation: location)
    }
}

/// The notation of layers, identifications set to 0 where they do not count.
private func canonical(_ layers: [PacketLayer], _ ignoresIdentification: Bool) -> String {
    PacketDescription(
        layers.map { layer in
            guard ignoresIdentification, case .ipv4(var header) = layer else { return layer }
            header.identification = 0
            return .ipv4(header)
        }
    ).description
}
