import KernelControl
import LinuxABI
import PacketModel

/// A kernel for tests of the runner: writes down every request, answers from what a test has laid ready, models nothing.
final class FakeKernel: KernelControl {
    /// Every request as a line, in order.
    private(set) var log: [String] = []
    /// The errno that the next request whose line begins so is answered with.
    var refusals: [String: ControlError] = [:]
    /// Called for each send, so that a test can let something happen.
    var onSend: (FakeKernel, [UInt8], SocketAddress?) -> Void = { _, _, _ in }
    var received: [Descriptor: [ReceivedDatagram]] = [:]
    var captured: [Descriptor: [CapturedFrame]] = [:]
    var statistics: [String: LinkStatistics] = [:]
    var softnet = [SoftnetStatistics(), SoftnetStatistics()]
    var tracePipe: [String] = []
    var runs: [ProgramRun] = []
    var drops: [PacketDrop] = []
    var notModelled: [String] = []
    var neighbourTable: [NeighbourInfo] = []
    private(set) var maps: [Descriptor: [[UInt8]: [UInt8]]] = [:]
    private(set) var namesOfMaps: [Descriptor: String] = [:]
    private(set) var sizesOfValues: [Descriptor: Int] = [:]
    private(set) var programs: [Descriptor: ProgramLoad] = [:]
    private(set) var chains: [String: (revision: UInt64, programs: [Descriptor])] = [:]
    private(set) var socketAddresses: [Descriptor: SocketAddress] = [:]
    private(set) var captureDevices: [String: Descriptor] = [:]
    private var linksAt: [Descriptor: (chain: String, program: Descriptor)] = [:]
    private var devices: [(name: String, namespace: NamespaceName)] = []
    private var nextDescriptor: Int32 = 3

    private func note(_ line: String) throws(ControlError) {
        log.append(line)
        if let key = refusals.keys.first(where: { line.hasPrefix($0) }), let error = refusals.removeValue(forKey: key) {
            throw error
        }
    }

    private func descriptor() -> Descriptor {
        defer { nextDescriptor += 1 }
        return Descriptor(rawValue: nextDescriptor)
    }

    /// The socket bound to an address.
    func socket(boundTo port: UInt16) -> Descriptor? { socketAddresses.first { $0.value.port == port }?.key }

    func map(named name: String) -> [[UInt8]: [UInt8]]? {
        namesOfMaps.first { $0.value == name }.flatMap { maps[$0.key] }
    }

    // MARK: KernelControl

    func advance(nanoseconds: UInt64) throws(ControlError) { try note("advance \(nanoseconds)") }
    func settle() throws(ControlError) {}
    func setSysctl(_ name: String, to value: String, in namespace: NamespaceName) throws(ControlError) {
        try note("sysctl \(name)=\(value) in \(namespace)")
    }
    func sysctl(_ name: String, in namespace: NamespaceName) throws(ControlError) -> String { "0" }
    func softnetStatistics() throws(ControlError) -> [SoftnetStatistics] { softnet }

    // MARK: BPFControl

    func createMap(_ request: MapCreate) throws(ControlError) -> Descriptor {
        try note("map create \(request.name) \(request.type) \(request.keySize)/\(request.valueSize)")
        let map = descriptor()
        maps[map] = [:]
        namesOfMaps[map] = request.name
        sizesOfValues[map] = Int(request.valueSize)
        return map
    }
    func lookup(_ map: Descriptor, key: [UInt8]) throws(ControlError) -> [UInt8] {
        guard let value = maps[map]?[key] else { throw .errno(.ENOENT) }
        return value
    }
    func update(_ map: Descriptor, key: [UInt8], value: [UInt8], flags: UInt64) throws(ControlError) {
        try note("map update \(namesOfMaps[map] ?? "?") flags \(flags)")
        maps[map]?[key] = value
    }
    func delete(_ map: Descriptor, key: [UInt8]) throws(ControlError) {
        try note("map delete \(namesOfMaps[map] ?? "?")")
        maps[map]?[key] = nil
    }
    func nextKey(_ map: Descriptor, after key: [UInt8]?) throws(ControlError) -> [UInt8] {
        let keys = (maps[map] ?? [:]).keys.sorted { $0.lexicographicallyPrecedes($1) }
        guard let next = keys.first(where: { candidate in key.map { $0.lexicographicallyPrecedes(candidate) } ?? true })
        else { throw .errno(.ENOENT) }
        return next
    }
    func freeze(_ map: Descriptor) throws(ControlError) { try note("map freeze \(namesOfMaps[map] ?? "?")") }
    func loadProgram(_ request: ProgramLoad) throws(ControlError) -> (descriptor: Descriptor, log: String) {
        try note("prog load \(request.name)")
        let program = descriptor()
        programs[program] = request
        return (program, "")
    }
    func testRun(_ program: Descriptor, _ request: TestRun) throws(ControlError) -> TestRunResult {
        try note("prog run \(programs[program]?.name ?? "?") repeat \(request.repeat)")
        return TestRunResult(returnValue: 7, dataOut: request.dataIn, contextOut: request.contextIn, duration: 25)
    }
    func programID(_ program: Descriptor) throws(ControlError) -> UInt32 { UInt32(program.rawValue) + 100 }
    func linkID(_ link: Descriptor) throws(ControlError) -> UInt32 { UInt32(link.rawValue) + 200 }

    private func insert(_ program: Descriptor, into chain: String, at position: AttachPosition) {
        var (revision, list) = chains[chain] ?? (1, [])
        let relative = Descriptor(rawValue: Int32(bitPattern: position.relative))
        let other = linksAt[relative]?.program ?? relative
        if let old = position.replace, let index = list.firstIndex(of: old) {
            list[index] = program
        } else if position.flags & AttachPosition.beforeFlag != 0 {
            list.insert(program, at: list.firstIndex(of: other) ?? 0)
        } else {
            list.append(program)
        }
        revision += 1
        chains[chain] = (revision, list)
    }
    func attach(
        _ program: Descriptor, to device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) {
        try note("attach \(programs[program]?.name ?? "?") \(device)@\(namespace) \(type.name)")
        insert(program, into: "\(device)@\(namespace) \(type.name)", at: position)
    }
    func detach(
        _ program: Descriptor?, from device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) {
        try note("detach \(device)@\(namespace) \(type.name)")
        let chain = "\(device)@\(namespace) \(type.name)"
        chains[chain]?.programs.removeAll { $0 == program }
        chains[chain]?.revision += 1
    }
    func createLink(
        _ program: Descriptor, to device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) -> Descriptor {
        try note("link create \(programs[program]?.name ?? "?") \(device)@\(namespace) \(type.name)")
        let chain = "\(device)@\(namespace) \(type.name)"
        insert(program, into: chain, at: position)
        let link = descriptor()
        linksAt[link] = (chain, program)
        return link
    }
    func updateLink(_ link: Descriptor, to program: Descriptor, flags: UInt32, old: Descriptor?) throws(ControlError) {
        try note("link update \(programs[program]?.name ?? "?")")
        guard let (chain, previous) = linksAt[link] else { throw .errno(.EBADF) }
        if let index = chains[chain]?.programs.firstIndex(of: previous) { chains[chain]?.programs[index] = program }
        chains[chain]?.revision += 1
        linksAt[link] = (chain, program)
    }
    func detachLink(_ link: Descriptor) throws(ControlError) {
        try note("link detach")
        guard let (chain, program) = linksAt.removeValue(forKey: link) else { return }
        chains[chain]?.programs.removeAll { $0 == program }
        chains[chain]?.revision += 1
    }
    func query(device: String, in namespace: NamespaceName, type: AttachType) throws(ControlError) -> ChainInfo {
        let chain = chains["\(device)@\(namespace) \(type.name)"] ?? (1, [])
        return ChainInfo(
            revision: chain.revision, programIDs: chain.programs.map { UInt32($0.rawValue) + 100 },
            linkIDs: chain.programs.map { _ in 0 })
    }
    func addClsact(to device: String, in namespace: NamespaceName) throws(ControlError) {
        try note("clsact at \(device)@\(namespace)")
    }
    func addFilter(_ filter: NewFilter, to device: String, in namespace: NamespaceName) throws(ControlError) {
        try note("filter \(filter.name) prio \(filter.priority) handle \(filter.handle) at \(device)@\(namespace)")
    }
    func deleteFilter(_ filter: NewFilter, from device: String, in namespace: NamespaceName) throws(ControlError) {
        try note("filter del \(filter.name) at \(device)@\(namespace)")
    }
    func takeProgramRuns() throws(ControlError) -> [ProgramRun] {
        defer { runs = [] }
        return runs
    }
    func takeDrops() throws(ControlError) -> [PacketDrop] {
        defer { drops = [] }
        return drops
    }
    func takeTracePipe() throws(ControlError) -> [String] {
        defer { tracePipe = [] }
        return tracePipe
    }
    func close(_ descriptor: Descriptor) throws(ControlError) {}

    // MARK: LinkControl

    func createNamespace(_ name: NamespaceName) throws(ControlError) {
        try note("netns add \(name)")
        devices.append(("lo", name))
    }
    func deleteNamespace(_ name: NamespaceName) throws(ControlError) { try note("netns del \(name)") }
    func newLink(_ request: NewLink, in namespace: NamespaceName) throws(ControlError) {
        let name = request.name ?? "dev\(devices.count)"
        try note("link add \(name)@\(namespace)" + (request.peer?.name.map { " peer \($0)" } ?? ""))
        if let peer = request.peer { devices.append((peer.name ?? "peer", peer.namespace ?? namespace)) }
        devices.append((name, namespace))
    }
    func changeLink(_ device: String, in namespace: NamespaceName, _ change: LinkChange) throws(ControlError) {
        guard device != "lo" else { return }
        try note("link set \(device)@\(namespace)" + (change.isUp.map { $0 ? " up" : " down" } ?? ""))
    }
    func deleteLink(_ device: String, in namespace: NamespaceName) throws(ControlError) {
        try note("link del \(device)@\(namespace)")
        devices.removeAll { $0.name == device && $0.namespace == namespace }
    }
    func link(_ device: String, in namespace: NamespaceName) throws(ControlError) -> LinkInfo {
        guard let index = devices.firstIndex(where: { $0.name == device && $0.namespace == namespace }) else {
            throw .errno(.ENODEV)
        }
        return LinkInfo(
            index: UInt32(index) + 1, name: device, flags: 0, mtu: 1500,
            address: LinkAddress(bits: 0x0200_0000_0000 + UInt64(index)),
            operationalState: 6, queueingDiscipline: "noqueue",
            statistics: statistics["\(device)@\(namespace)"] ?? LinkStatistics())
    }
    func links(in namespace: NamespaceName) throws(ControlError) -> [LinkInfo] {
        var links: [LinkInfo] = []
        for device in devices where device.namespace == namespace { links.append(try link(device.name, in: namespace)) }
        return links
    }
    func addAddress(_ prefix: NetworkPrefix, to device: String, in namespace: NamespaceName) throws(ControlError) {
        try note("addr add \(prefix) dev \(device)@\(namespace)")
    }
    func addRoute(_ route: NewRoute, in namespace: NamespaceName) throws(ControlError) {
        try note("route add \(route.destination) in \(namespace)")
    }
    func addNeighbour(_ neighbour: NeighbourInfo, in namespace: NamespaceName) throws(ControlError) {
        try note("neigh add \(neighbour.address) dev \(neighbour.device)@\(namespace)")
    }
    func neighbours(in namespace: NamespaceName) throws(ControlError) -> [NeighbourInfo] { neighbourTable }

    // MARK: SocketControl

    func openSocket(_ request: SocketRequest) throws(ControlError) -> Descriptor {
        try note("socket \(request.task.name)/\(request.task.cpu) in \(request.namespace)")
        return descriptor()
    }
    func bind(_ socket: Descriptor, to address: SocketAddress) throws(ControlError) {
        try note("bind \(address.address):\(address.port)")
        socketAddresses[socket] = address
    }
    func send(_ payload: [UInt8], from socket: Descriptor, to destination: SocketAddress?) throws(ControlError) {
        try note("send \(payload.count)" + (destination.map { " to \($0.address):\($0.port)" } ?? ""))
        onSend(self, payload, destination)
    }
    func receive(_ socket: Descriptor) throws(ControlError) -> [ReceivedDatagram] {
        received.removeValue(forKey: socket) ?? []
    }
    func takeError(_ socket: Descriptor) throws(ControlError) -> KernelErrno? { nil }
    func openCapture(device: String, in namespace: NamespaceName) throws(ControlError) -> Descriptor {
        try note("capture \(device)@\(namespace)")
        let capture = descriptor()
        captureDevices["\(device)@\(namespace)"] = capture
        return capture
    }
    func frames(_ capture: Descriptor) throws(ControlError) -> [CapturedFrame] {
        captured.removeValue(forKey: capture) ?? []
    }
}
