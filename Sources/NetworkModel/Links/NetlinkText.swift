/// Texts that rtnetlink puts beside an errno (extended acknowledgement), as Linux 6.12 words them.
enum NetlinkText {
    static let integerOutOfRange = "integer out of range"
    static let policyFailed = "Attribute failed policy validation"
    static let negativeIndex = "ifindex can't be negative"
    static let mtuTooSmall = "mtu less than device minimum"
    static let mtuTooLarge = "mtu greater than device maximum"
    static let netkitMode = "Provided device mode can only be L2 or L3"
    static let netkitPolicy = "Provided default xmit policy not supported"
    static let netkitPrimaryOnly = "netkit link settings can be changed only through the primary device"
    static let netkitModeFixed = "netkit link operating mode cannot be changed after device creation"
    static let netkitScrubFixed = "netkit scrubbing cannot be changed after device creation"
}
