/// A program that is ready to run.
public final class LoadedProgram {
    /// BPF_OBJ_GET_INFO_BY_FD's id.
    public let id: UInt32
    init(id: UInt32) { self.id = id }
}
