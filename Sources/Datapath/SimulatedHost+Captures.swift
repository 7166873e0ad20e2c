import BPFRuntime
public import KernelControl
import LinuxABI
import NetworkModel

/// AF_PACKET captures.
extension SimulatedHost {
    public func openCapture(device: String, in namespace: NamespaceName) throws(ControlError) -> Descriptor {
        guard let device = try self.namespace(namespace).device(named: device) else { throw .errno(.ENODEV) }
        return runtime.descriptors.open(OpenCapture(network: network, device: device))
    }

    public func frames(_ capture: Descriptor) throws(ControlError) -> [CapturedFrame] {
        try runtime.descriptors.object(capture, as: OpenCapture.self).capture.takeFrames()
    }
}

/// A capture's open file: the last close ends it.
private final class OpenCapture {
    let capture: Capture
    private weak var device: NetworkDevice?
    private weak var network: Network?

    init(network: Network, device: NetworkDevice) {
        capture = Capture(network: network, limit: nil)
        self.device = device
        self.network = network
        device.add(capture)
        network.captureCount += 1
    }

    deinit {
        device?.remove(capture)
        network?.captureCount -= 1
    }
}
