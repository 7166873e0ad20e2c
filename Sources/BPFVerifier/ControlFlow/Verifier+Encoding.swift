import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// Known opcodes only, and 64-bit constants that mean something (`resolve_pseudo_ldimm64`).
    func checkEncoding() throws(Refusal) {
        var index = 0
        while index < instructions.count {
            let instruction = instructions[index]
            if instruction.opcodeClass == Opcode.ldx,
                instruction.opcodeMode != Opcode.mem && instruction.opcodeMode != Opcode.memsx
                    || instruction.immediate != 0
            {
                throw Refusal(.EINVAL, "BPF_LDX uses reserved fields")
            }
            guard instruction.isWide else {
                guard instruction.isKnownOpcode else {
                    let code = String(instruction.opcode, radix: 16)
                    throw Refusal(.EINVAL, "unknown opcode " + (code.count < 2 ? "0" + code : code))
                }
                index += 1
                continue
            }
            guard index + 1 < instructions.count else { throw Refusal(.EINVAL, "invalid bpf_ld_imm64 insn") }
            let second = instructions[index + 1]
            guard second.opcode == 0, second.destination == 0, second.source == 0, second.offset == 0 else {
                throw Refusal(.EINVAL, "invalid bpf_ld_imm64 insn")
            }
            try checkWideLoad(instruction, second)
            index += 2
        }
    }

    private func checkWideLoad(_ instruction: Instruction, _ second: Instruction) throws(Refusal) {
        switch instruction.source {
        case 0: return
        case PseudoSource.btfID: throw .notModelled("kernel variable, BTF id \(instruction.immediate)")
        case PseudoSource.function: throw .notModelled("callback function")
        case PseudoSource.mapFD where second.immediate == 0, PseudoSource.mapValue: break
        case 5, 6: throw Refusal(.EPROTO, "fd_idx without fd_array is invalid")
        default: throw Refusal(.EINVAL, "unrecognized bpf_ld_imm64 insn")
        }
        guard program.maps.indices.contains(Int(instruction.immediate)) else {
            throw Refusal(.EBADF, "fd \(instruction.immediate) is not pointing to valid bpf_map")
        }
        guard instruction.source == PseudoSource.mapValue else { return }
        let map = maps[Int(instruction.immediate)]
        let offset = UInt32(bitPattern: second.immediate)
        guard Int64(offset) < Self.offsetLimit else {
            throw Refusal(.EINVAL, "direct value offset of \(offset) is not allowed")
        }
        guard map.hasAddressableValue else {
            throw Refusal(.EINVAL, "no direct value access support for this map type")
        }
        guard map.maxEntries == 1, offset < map.valueSize else {
            throw Refusal(
                map.maxEntries == 1 ? .EINVAL : .ENOTSUPP,
                "invalid access to map value pointer, value_size=\(map.valueSize) off=\(offset)")
        }
    }
}
