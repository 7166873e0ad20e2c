/// What a kernel did on its own account, as its tracepoints tell it.
public protocol WitnessControl: AnyObject {
    /// Runs of loaded programs at hooks since the last call, in their order; test runs are not among them.
    func takeProgramRuns() throws(ControlError) -> [ProgramRun]

    /// Packets freed as dropped in the client's namespaces since the last call, in their order.
    func takeDrops() throws(ControlError) -> [PacketDrop]
}

/// A program ran at a hook and answered.
public struct ProgramRun: Hashable, Sendable {
    /// The id of the program that the hook called; those that it tail called answer in its name.
    public var program: UInt32
    /// What the hook was given, before it made a verdict of it.
    public var returnValue: Int32
    public var cpu: Int

    public init(program: UInt32, returnValue: Int32, cpu: Int) {
        self.program = program
        self.returnValue = returnValue
        self.cpu = cpu
    }
}

/// A packet that the kernel freed as dropped (the tracepoint `skb:kfree_skb`).
public struct PacketDrop: Hashable, Sendable {
    /// The kernel's name, such as `NO_SOCKET`.
    public var reason: String
    /// The device that the packet was at, where the packet named one (`skb->dev`) that still exists.
    public var device: String?
    public var namespace: NamespaceName?

    public init(reason: String, device: String? = nil, namespace: NamespaceName? = nil) {
        self.reason = reason
        self.device = device
        self.namespace = namespace
    }
}
