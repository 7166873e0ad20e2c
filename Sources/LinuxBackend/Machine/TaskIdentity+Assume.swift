import CLinux
import KernelControl

extension TaskIdentity {
    /// Does something as this task: on its CPU, under its name; the thread is itself again afterwards.
    func assume<Answer>(_ body: () throws(ControlError) -> Answer) throws(ControlError) -> Answer {
        var formerName = [CChar](repeating: 0, count: 16)
        var formerCPUs = [UInt64](repeating: 0, count: 16)
        try SystemCall.checked(unsafe linux_thread_name(&formerName), "name of the thread")
        try SystemCall.checked(unsafe linux_processor_affinity(&formerCPUs), "CPUs of the thread")
        defer {
            _ = unsafe linux_set_thread_name(formerName)
            _ = unsafe linux_set_processor_affinity(formerCPUs)
        }
        guard (0..<1024).contains(cpu) else { throw .unavailable("CPU \(cpu)") }
        var cpus = [UInt64](repeating: 0, count: 16)
        cpus[cpu / 64] = 1 << UInt64(cpu % 64)
        guard unsafe linux_set_processor_affinity(cpus) == 0 else {
            throw .unavailable("task \(name) is to run on CPU \(cpu), which this process may not use")
        }
        // Longer names are cut off by the kernel (TASK_COMM_LEN).
        try SystemCall.checked(unsafe linux_set_thread_name(name), "name of the thread")
        return try body()
    }
}
