public import KernelControl
import LinuxABI

/// The file descriptors of the control interface's client, one number space for maps, programs, links and sockets.
///
/// An entry keeps its object alive, as an open file does; the numbers are the lowest that are free, from 3.
public final class DescriptorTable {
    @safe @exclusivity(unchecked) private var objects: [AnyObject?] = []
    private static let first = 3

    public init() {}

    /// Gives `object` a descriptor.
    public func open(_ object: AnyObject) -> Descriptor {
        let index = objects.firstIndex { $0 == nil } ?? objects.count
        if index == objects.count { objects.append(object) } else { objects[index] = object }
        return Descriptor(rawValue: Int32(index + Self.first))
    }

    /// The object behind a descriptor; nil where it is not open.
    public func object(_ descriptor: Descriptor) -> AnyObject? {
        let index = Int(descriptor.rawValue) - Self.first
        return objects.indices.contains(index) ? objects[index] : nil
    }

    /// The object behind a descriptor.
    ///
    /// - Throws: `EBADF` where it is not open, `EINVAL` where something else is behind it.
    public func object<T: AnyObject>(_ descriptor: Descriptor, as type: T.Type) throws(ControlError) -> T {
        guard let object = object(descriptor) else { throw .errno(.EBADF) }
        guard let typed = object as? T else { throw .errno(.EINVAL) }
        return typed
    }

    /// Closes a descriptor.
    ///
    /// - Throws: `EBADF` where it is not open.
    public func close(_ descriptor: Descriptor) throws(ControlError) {
        guard object(descriptor) != nil else { throw .errno(.EBADF) }
        objects[Int(descriptor.rawValue) - Self.first] = nil
    }

    /// Closes all that are open, as a process's end does.
    public func closeAll() { objects = [] }
}
