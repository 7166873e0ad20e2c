public import KernelControl
public import LinuxABI
public import PacketModel
import SimulationCore

/// A network device (`struct net_device`): what all kinds share. Subclasses are the kinds.
@safe public class NetworkDevice {
    // The network owns its devices; a packet may hold one for longer, but does nothing with it then. Weak or counted
    // references to devices would move their counts to a side table and make every use slower.
    private final unowned(unsafe) let networkReference: Network
    @inline(__always) public final var network: Network { unsafe networkReference }
    /// What every packet touches, behind a pointer: reading it costs no exclusivity check.
    private final let hot: UnsafeMutablePointer<DeviceState>
    /// Where it is registered.
    public internal(set) final var namespace: NetworkNamespace {
        @inline(__always) get { unsafe hot.pointee.namespace.takeUnretainedValue() }
        set { unsafe hot.pointee.namespace = Unmanaged.passUnretained(newValue) }
    }
    public internal(set) final var name: String
    /// `ifindex`.
    public internal(set) final var index: UInt32 {
        @inline(__always) get { unsafe native.load(fromByteOffset: DeviceLayout.index, as: UInt32.self) }
        set { unsafe native.storeBytes(of: newValue, toByteOffset: DeviceLayout.index, as: UInt32.self) }
    }
    public internal(set) final var address: LinkAddress {
        @inline(__always) get { unsafe hot.pointee.address }
        set { unsafe hot.pointee.address = newValue }
    }
    public internal(set) final var mtu: UInt32 {
        @inline(__always) get { unsafe native.load(fromByteOffset: DeviceLayout.mtu, as: UInt32.self) }
        set { unsafe native.storeBytes(of: newValue, toByteOffset: DeviceLayout.mtu, as: UInt32.self) }
    }
    /// Smallest and largest MTU (`min_mtu`, `max_mtu`; 0 for no limit above).
    public final let mtuRange: ClosedRange<UInt32>
    /// The flags that are kept; ``shownFlags`` adds those that are computed.
    public internal(set) final var flags: DeviceFlags {
        @inline(__always) get {
            unsafe DeviceFlags(rawValue: native.load(fromByteOffset: DeviceLayout.flags, as: UInt32.self))
        }
        set { unsafe native.storeBytes(of: newValue.rawValue, toByteOffset: DeviceLayout.flags, as: UInt32.self) }
    }
    /// `ARPHRD_*` number.
    public final let type: UInt16
    @safe @exclusivity(unchecked) public internal(set) final var features: DeviceFeatures
    /// Whether the driver has a link below it (`netif_carrier_ok`).
    @safe @exclusivity(unchecked) public internal(set) final var hasCarrier = true
    /// Whether the route is let go before transmit (IFF_XMIT_DST_RELEASE).
    public final let releasesDestination: Bool
    /// Bytes that drivers below want in front of a packet (`needed_headroom`).
    @safe @exclusivity(unchecked) public internal(set) final var neededHeadroom = 0
    public internal(set) final var statistics: LinkStatistics {
        @inline(__always) get { unsafe hot.pointee.statistics }
        @inline(__always) _modify { yield unsafe &hot.pointee.statistics }
    }

    /// Programs that see every packet received (BPF_TCX_INGRESS).
    public final let tcxIngress: DeviceHook
    /// Programs that see every packet sent (BPF_TCX_EGRESS).
    public final let tcxEgress: DeviceHook
    /// Where legacy filters stand; nil until one is added.
    @safe @exclusivity(unchecked) public internal(set) final var clsact: Clsact?
    /// Whether a packet that comes in is shown to any program or filter.
    @inline(__always) final var classifiesIngress: Bool { !tcxIngress.isEmpty || clsact != nil }
    /// Whether a packet that goes out is.
    @inline(__always) final var classifiesEgress: Bool { !tcxEgress.isEmpty || clsact != nil }
    /// The discipline in force: ``QueueingDiscipline/noop`` until the device is up and has carrier.
    public internal(set) final var activeDiscipline: QueueingDiscipline {
        @inline(__always) get { unsafe hot.pointee.activeDiscipline }
        set { unsafe hot.pointee.activeDiscipline = newValue }
    }
    /// The discipline that the user sees: it stays once the device has been up.
    public internal(set) final var shownDiscipline: QueueingDiscipline = .noop
    /// Who looks at every packet (AF_PACKET, ETH_P_ALL).
    public private(set) final var taps: [any PacketTap] = [] {
        didSet { unsafe hot.pointee.hasTaps = !taps.isEmpty }
    }
    /// Whether ``taps`` holds any.
    @inline(__always) final var hasTaps: Bool { unsafe hot.pointee.hasTaps }
    /// Whether the device is registered still.
    @safe @exclusivity(unchecked) public internal(set) final var isRegistered = false

    /// The native block, ``DeviceLayout``.
    public final let native: UnsafeMutableRawPointer

    init(
        network: Network, namespace: NetworkNamespace, name: String, address: LinkAddress, mtu: UInt32,
        mtuRange: ClosedRange<UInt32>, flags: DeviceFlags, type: UInt16 = HardwareType.ethernet,
        features: DeviceFeatures, releasesDestination: Bool = true
    ) {
        guard let native = unsafe network.environment.arena.allocate(DeviceLayout.byteCount) else {
            preconditionFailure("the arena is full")
        }
        unsafe self.native = native
        unsafe networkReference = network
        unsafe hot = UnsafeMutablePointer.allocate(capacity: 1)
        unsafe hot.initialize(
            to: DeviceState(namespace: Unmanaged.passUnretained(namespace), address: address))
        self.name = name
        self.mtuRange = mtuRange
        self.type = type
        self.features = features
        self.releasesDestination = releasesDestination
        tcxIngress = DeviceHook(.tcxIngress)
        tcxEgress = DeviceHook(.tcxEgress)
        arena = network.environment.arena
        unsafe native.storeBytes(of: mtu, toByteOffset: DeviceLayout.mtu, as: UInt32.self)
        unsafe native.storeBytes(of: flags.rawValue, toByteOffset: DeviceLayout.flags, as: UInt32.self)
        unsafe native.storeBytes(of: type, toByteOffset: DeviceLayout.type, as: UInt16.self)
    }

    private final let arena: MemoryArena

    deinit {
        unsafe tcxIngress.device = nil
        unsafe tcxEgress.device = nil
        unsafe hot.deallocate()
        unsafe arena.free(native, DeviceLayout.byteCount)
    }

    // MARK: What kinds define

    /// The kind's name (`rtnl_link_ops.kind`), such as `netkit`; empty for loopback and NICs.
    public var kind: String { "" }

    /// The devices that a deletion of this one takes along, itself first (`rtnl_link_ops.dellink`); nil where it cannot be
    /// deleted.
    func devicesToDelete() -> [NetworkDevice]? { nil }

    /// The driver's transmit routine (`ndo_start_xmit`); consumes the packet, whose data begins at the link-layer header.
    public func transmit(_ packet: SocketBuffer) -> TransmitResult {
        preconditionFailure("\(kind) has no transmit routine")
    }

    /// The other end of a pair (`ndo_get_peer_dev`).
    public var peer: NetworkDevice? { nil }

    /// The discipline that the device has when it is active.
    public var ownDiscipline: QueueingDiscipline { .noqueue }

    /// The driver's part of going up (`ndo_open`); ENOTCONN and the like.
    func open() throws(ControlError) {}

    /// The driver's part of going down (`ndo_stop`).
    func stop() {}

    /// The driver's part of unregistering (`ndo_uninit`).
    func uninitialise() {}

    /// The driver's rule for a new address (`ndo_set_mac_address`): Ethernet's by default.
    func checkAddressChange(_ address: LinkAddress) throws(ControlError) {
        if !address.isValidForDevice { throw .errno(.EADDRNOTAVAIL) }
    }

    /// What RTM_GETLINK shows as statistics.
    public var shownStatistics: LinkStatistics { statistics }

    // MARK: State

    /// `IFF_UP`.
    @inline(__always) public final var isUp: Bool { flags.contains(.up) }

    /// What the link watch found last (`dev->operstate`): 0 unknown, where the carrier never changed.
    final var watchedState: UInt8 = 0

    /// IFLA_OPERSTATE: 0 unknown, 2 down, 3 lower layer down, 6 up.
    public final var operationalState: UInt8 { isUp ? watchedState : 2 }

    /// `default_operstate` with `rfc2863_policy`. The other end is looked up by its index in this end's own namespace, as
    /// the kernel does, so that one elsewhere is not found.
    final func watchLink() {
        if hasCarrier {
            watchedState = 6
            return
        }
        guard let peer, peer.index != index, let lower = namespace.device(index: peer.index) else {
            watchedState = 2
            return
        }
        watchedState = lower.hasCarrier ? 2 : 3
    }

    /// Flags as user space sees them (`dev_get_flags`).
    public final var shownFlags: DeviceFlags {
        var shown = flags
        if isUp {
            if watchedState == 6 || watchedState == 0 { shown.insert(.running) }
            if hasCarrier { shown.insert(.lowerUp) }
        }
        return shown
    }

    /// Sets the carrier and puts the discipline in or out of force (`netif_carrier_on`, `_off`, `dev_activate`).
    final func setCarrier(_ isOn: Bool) {
        guard hasCarrier != isOn else { return }
        hasCarrier = isOn
        watchLink()
        updateDiscipline()
        if isRegistered { namespace.stack.deviceChanged(self, .carrier) }
    }

    final func updateDiscipline() {
        activeDiscipline = isUp && hasCarrier ? ownDiscipline : .noop
        if isUp { shownDiscipline = ownDiscipline }
    }

    public final func add(_ tap: any PacketTap) { taps.append(tap) }

    public final func remove(_ tap: any PacketTap) { taps.removeAll { $0 === tap } }
}

/// Someone who looks at packets passing a device (an AF_PACKET socket bound to ETH_P_ALL).
public protocol PacketTap: AnyObject {
    /// Called with the packet as it stands; a received one's data begins at the network header. Take a clone to keep it.
    func packet(_ packet: SocketBuffer, at device: NetworkDevice, isOutgoing: Bool)
}

/// The part of a device that packets touch.
@unsafe struct DeviceState {
    var namespace: Unmanaged<NetworkNamespace>
    var address: LinkAddress
    var activeDiscipline = QueueingDiscipline.noop
    var hasTaps = false
    var statistics = LinkStatistics()
}
