public import PacketModel

extension SocketBuffer {
    /// The device that the packet is at (`skb->dev`); a packet on its way has one.
    @inline(__always) public var networkDevice: NetworkDevice {
        guard let device else { preconditionFailure("the packet is at no device") }
        // Only moveTo(_:) sets a packet's device.
        return unsafe unsafeDowncast(device, to: NetworkDevice.self)
    }

    /// Puts the packet at a device (`skb->dev = dev`).
    @inline(__always) public func moveTo(_ device: NetworkDevice) {
        unsafe setDevice(device, native: UInt64(UInt(bitPattern: device.native)))
    }
}
