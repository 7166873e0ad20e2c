/// What a netkit or tcx program answers (`enum tcx_action_base`, `enum netkit_action`); other numbers are legal returns.
public enum Verdict {
    /// Ask the next program; after the last one netkit passes and tcx goes on to legacy filters.
    public static let next: Int32 = -1
    public static let pass: Int32 = 0
    public static let drop: Int32 = 2
    /// Legacy filters only: the packet is taken without a word.
    public static let stolen: Int32 = 4
    public static let redirect: Int32 = 7
    /// Legacy filters only: as ``stolen`` where no hardware is asked.
    public static let trap: Int32 = 8

    /// The kernel's tc word for a return value, such as `redirect`, or the number where there is none.
    public static func name(_ value: Int32) -> String {
        switch value {
        case next: "next"
        case pass: "pass"
        case 1: "reclassify"
        case drop: "drop"
        case 3: "pipe"
        case stolen: "stolen"
        case 5: "queued"
        case 6: "repeat"
        case redirect: "redirect"
        case trap: "trap"
        default: "\(value)"
        }
    }
}
