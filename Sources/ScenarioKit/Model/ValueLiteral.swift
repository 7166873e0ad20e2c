public import PacketModel

/// A value that a scenario writes into a global or a map, or expects there.
public struct ValueLiteral: Sendable {
    public indirect enum Form: Sendable {
        /// A number as wide as the room it goes to, the machine's order.
        case number(Int128)
        /// A number of that many bytes, the machine's or the network's order.
        case sized(Int128, byteCount: Int, isNetworkOrder: Bool)
        /// A device's index, four bytes.
        case ifindex(DeviceReference)
        case linkAddress(LinkAddress)
        /// The link-layer address of a device.
        case linkAddressOf(DeviceReference)
        case bytes([UInt8])
        /// A loaded program's descriptor.
        case program(String)
        /// Parts one after the other; numbers without a size share the room evenly.
        case list([ValueLiteral])
    }

    public var form: Form
    public var place: SourcePlace

    public init(_ form: Form, place: SourcePlace) {
        self.form = form
        self.place = place
    }
}
