import KernelControl
import LinuxABI
import PacketModel

/// What stands in a namespace for the moment between its making and that of its protocols.
final class NoStack: ProtocolStack {
    func receive(_ packet: SocketBuffer) {}
    func handles(_ etherType: UInt16) -> Bool { false }
    func deviceChanged(_ device: NetworkDevice, _ change: DeviceChange) {}
    func routeRedirect(_ packet: SocketBuffer, target: NetworkDevice) -> Bool { false }
    func outputRedirect(_ packet: SocketBuffer, target: NetworkDevice, nextHop: NextHop?) -> TransmitResult {
        .failure(.ENETDOWN)
    }
    func setSysctl(_ name: String, to value: String) throws(ControlError) { throw .errno(.ENOENT) }
    func sysctl(_ name: String) throws(ControlError) -> String { throw .errno(.ENOENT) }
}
