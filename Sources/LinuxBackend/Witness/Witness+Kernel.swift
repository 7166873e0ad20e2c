import KernelControl

/// What a kernel must have to be witnessed.
extension Witness {
    static let typesPath = "/sys/kernel/btf/vmlinux"

    /// What a witness needs of the running kernel's types.
    struct Kernel: Sendable {
        let offsets: WitnessPrograms.Offsets
        /// `enum skb_drop_reason`, in the kernel's names.
        let dropReasons: [UInt32: String]
    }

    /// Read once, since the types are megabytes and a process may judge many scenarios.
    static let kernel: Result<Kernel, ControlError> = {
        do throws(ControlError) { return .success(try readKernel()) } catch { return .failure(error) }
    }()

    private static func readKernel() throws(ControlError) -> Kernel {
        let types = try kernelTypes()
        do throws(KernelTypes.Failure) {
            return Kernel(
                offsets: try offsets(in: types), dropReasons: try types.enumerators(of: "skb_drop_reason"))
        } catch {
            throw .unavailable("\(error)")
        }
    }

    static func kernelTypes() throws(ControlError) -> KernelTypes {
        let bytes: [UInt8]
        do throws(ControlError) {
            bytes = try OpenFile(path: typesPath).contents()
        } catch {
            throw .unavailable(
                "runs of programs and drops are told by tracing programs, which need the kernel's types "
                    + "(\(typesPath), CONFIG_DEBUG_INFO_BTF): \(error)")
        }
        do throws(KernelTypes.Failure) { return try KernelTypes(bytes) } catch { throw .unavailable("\(error)") }
    }

    /// fexit attaches to compiled programs only.
    static func checkCompiler() throws(ControlError) {
        let path = "/proc/sys/net/core/bpf_jit_enable"
        let text = (try? OpenFile.text(of: path)) ?? "missing"
        guard let number = Int(text), number > 0 else {
            throw .unavailable(
                "runs of programs are told by fexit programs, which need BPF's compiler; \(path) is \(text)")
        }
    }

    static func offsets(in types: KernelTypes) throws(KernelTypes.Failure) -> WitnessPrograms.Offsets {
        // A device's possible_net_t and a socket's hold one pointer.
        let inode = try types.offset(of: "ns", in: "net") + types.offset(of: "inum", in: "ns_common")
        return WitnessPrograms.Offsets(
            packetDevice: try types.offset(of: "dev", in: "sk_buff"),
            packetSocket: try types.offset(of: "sk", in: "sk_buff"),
            deviceIndex: try types.offset(of: "ifindex", in: "net_device"),
            deviceNamespace: try types.offset(of: "nd_net", in: "net_device"),
            socketNamespace: try types.offset(of: "skc_net", in: "sock_common"),
            socketFamily: try types.offset(of: "skc_family", in: "sock_common"), namespaceInode: inode)
    }

    /// The kernel refused one of the witness's own requests.
    static func cannotWitness(_ error: ControlError) -> ControlError {
        guard case .kernel(let failure) = error else { return error }
        return .unavailable("this kernel cannot be witnessed by tracing programs: \(failure)")
    }
}
