public import LinuxABI
public import PacketModel

/// A loaded program that can stand at a hook.
public protocol HookProgram: AnyObject {
    /// The program's id, as queries list it.
    var id: UInt32 { get }
    var name: String { get }

    /// Runs the program on `packet`, whose data begins at the link-layer header, and returns its raw verdict. Data
    /// pointers of the context are computed by the program's runtime before it starts.
    func run(_ packet: SocketBuffer, at hook: AttachType) -> Int32
}
