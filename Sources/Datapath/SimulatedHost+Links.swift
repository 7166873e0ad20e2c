public import KernelControl
import LinuxABI
import NetworkModel
public import PacketModel

/// rtnetlink's half of the control interface: the network's own answers.
extension SimulatedHost {
    public func createNamespace(_ name: NamespaceName) throws(ControlError) {
        try call { () throws(ControlError) in _ = try network.createNamespace(name) }
    }

    public func deleteNamespace(_ name: NamespaceName) throws(ControlError) {
        try call { () throws(ControlError) in try network.deleteNamespace(name) }
    }

    public func newLink(_ request: NewLink, in namespace: NamespaceName) throws(ControlError) {
        try call { () throws(ControlError) in try network.newLink(request, in: namespace) }
    }

    public func changeLink(
        _ device: String, in namespace: NamespaceName, _ change: LinkChange
    ) throws(ControlError) {
        try call { () throws(ControlError) in try network.changeLink(device, in: namespace, change) }
    }

    public func deleteLink(_ device: String, in namespace: NamespaceName) throws(ControlError) {
        try call { () throws(ControlError) in try network.deleteLink(device, in: namespace) }
    }

    public func link(_ device: String, in namespace: NamespaceName) throws(ControlError) -> LinkInfo {
        try network.link(device, in: namespace)
    }

    public func links(in namespace: NamespaceName) throws(ControlError) -> [LinkInfo] {
        try network.links(in: namespace)
    }

    public func addAddress(
        _ prefix: NetworkPrefix, to device: String, in namespace: NamespaceName
    ) throws(ControlError) {
        try call { () throws(ControlError) in
            guard let found = try self.namespace(namespace).device(named: device) else { throw .errno(.ENODEV) }
            try stack(namespace).addAddress(prefix, to: found)
        }
    }

    public func addRoute(_ route: NewRoute, in namespace: NamespaceName) throws(ControlError) {
        try call { () throws(ControlError) in try stack(namespace).addRoute(route) }
    }

    public func addNeighbour(_ neighbour: NeighbourInfo, in namespace: NamespaceName) throws(ControlError) {
        try call { () throws(ControlError) in try stack(namespace).addNeighbour(neighbour) }
    }

    public func neighbours(in namespace: NamespaceName) throws(ControlError) -> [NeighbourInfo] {
        try stack(namespace).neighbours
    }

    func stack(_ name: NamespaceName) throws(ControlError) -> InternetStack {
        // Every namespace is made with this stack.
        guard let stack = try namespace(name).stack as? InternetStack else {
            throw .notModelled("the protocols of namespace \(name)")
        }
        return stack
    }
}
