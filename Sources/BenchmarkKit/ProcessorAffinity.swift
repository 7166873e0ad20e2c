import CLinux

/// The CPUs that a thread may run on.
enum ProcessorAffinity {
    /// The CPUs that this process may use, in order; empty where the system does not say.
    static func available() -> [Int] {
        (0..<1024).filter { processor_affinity_allows(Int32($0)) != 0 }
    }

    /// Pins the calling thread to one CPU; false where the system refuses or cannot.
    static func pin(to cpu: Int) -> Bool { processor_affinity_pin(Int32(cpu)) == 0 }
}
