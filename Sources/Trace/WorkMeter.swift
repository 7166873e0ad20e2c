public import SimulationCore

/// The clock that work is charged to, the executing CPU's, and what each stage of work costs.
///
/// A handle: copies mean the same meter, so that whoever charges work on a packet's way holds one and neither counts
/// references nor asks anybody. Its maker frees it.
@safe public struct WorkMeter {
    @usableFromInline let state: UnsafeMutablePointer<State>

    @usableFromInline @unsafe struct State {
        @usableFromInline var cpu: Int
        @usableFromInline let clocks: UnsafeMutablePointer<VirtualTime>
        @usableFromInline let prices: UnsafeMutablePointer<UInt64>
    }

    /// A meter for that many CPUs, all at time zero; `price` gives a stage's price in nanoseconds.
    public init(cpuCount: Int, price: (Stage) -> UInt64) {
        let clocks = UnsafeMutablePointer<VirtualTime>.allocate(capacity: cpuCount)
        unsafe clocks.initialize(repeating: .zero, count: cpuCount)
        let prices = UnsafeMutablePointer<UInt64>.allocate(capacity: Stage.allCases.count)
        for stage in Stage.allCases { unsafe (prices + stage.rawValue).initialize(to: price(stage)) }
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State(cpu: 0, clocks: clocks, prices: prices))
    }

    /// Frees the meter; no copy may be used afterwards.
    public func free() {
        unsafe state.pointee.clocks.deallocate()
        unsafe state.pointee.prices.deallocate()
        unsafe state.deallocate()
    }

    /// The CPU that is executing.
    @inlinable public var cpu: Int {
        get { unsafe state.pointee.cpu }
        nonmutating set { unsafe state.pointee.cpu = newValue }
    }

    /// How far the executing CPU has come.
    @inlinable public var now: VirtualTime { unsafe state.pointee.clocks[state.pointee.cpu] }

    /// How far a CPU has come.
    @inlinable public subscript(clockOf cpu: Int) -> VirtualTime {
        get { unsafe state.pointee.clocks[cpu] }
        nonmutating set { unsafe state.pointee.clocks[cpu] = newValue }
    }

    /// Puts the price of a stage on the executing CPU's clock.
    @inlinable public func charge(_ stage: Stage) {
        unsafe state.pointee.clocks[state.pointee.cpu] += state.pointee.prices[stage.rawValue]
    }

    /// Puts `nanoseconds` on the executing CPU's clock.
    @inlinable public func charge(nanoseconds: UInt64) {
        unsafe state.pointee.clocks[state.pointee.cpu] += nanoseconds
    }
}
