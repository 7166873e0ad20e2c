import BPFMachine
import LinuxABI
import PacketModel

extension KernelErrno {
    /// A helper's `int` result as R0 holds it.
    static func result(_ body: () throws(KernelErrno) -> Void) -> UInt64 {
        do throws(KernelErrno) {
            try body()
            return 0
        } catch {
            return error.returnValue
        }
    }
}

extension ProgramEnvironment {
    /// Answers a helper call. Arguments that the kernel takes as 32 bits lose their upper halves here.
    @inline(__always)
    func answer(
        _ helper: HelperNumber, _ r1: UInt64, _ r2: UInt64, _ r3: UInt64, _ r4: UInt64, _ r5: UInt64
    ) -> UInt64 {
        func word(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
        switch helper {
        case .mapLookup: return mapLookup(r1, r2)
        case .mapUpdate: return mapUpdate(r1, r2, r3, r4)
        case .mapDelete: return mapDelete(r1, r2)
        case .mapLookupPerCPU: return mapLookup(r1, r2, cpu: r3)
        case .loadBytes: return loadBytes(word(r2), r3, word(r4))
        case .loadBytesRelative: return loadBytesRelative(word(r2), r3, word(r4), word(r5))
        case .storeBytes: return storeBytes(word(r2), r3, word(r4), r5)
        case .pullData: return pullData(word(r2))
        case .l3ChecksumReplace: return l3ChecksumReplace(word(r2), r3, r4, r5)
        case .l4ChecksumReplace: return l4ChecksumReplace(word(r2), r3, r4, r5)
        case .checksumDifference: return checksumDifference(r1, word(r2), r3, word(r4), word(r5))
        case .checksumUpdate: return checksumUpdate(word(r2))
        case .checksumLevel: return checksumLevel(r2)
        case .changeHead: return changeHead(word(r2), r3)
        case .changeTail: return changeTail(word(r2), r3)
        case .changeType: return changeType(word(r2))
        case .setHash: return setHash(word(r2))
        case .setHashInvalid:
            packet.clearHash()
            return 0
        case .redirect: return redirect(word(r1), r2)
        case .redirectPeer: return redirectPeer(word(r1), r2)
        case .redirectNeighbour: return redirectNeighbour(word(r1), r2, word(r3), r4)
        case .cloneRedirect: return cloneRedirect(word(r2), r3)
        case .ktime, .ktimeBoot: return host.kernelTime
        case .random: return UInt64(host.random32())
        case .processorID: return UInt64(host.currentCPU)
        case .numaNodeID: return 0
        case .tracePrintk: return tracePrintk(r1, word(r2), (r3, r4, r5))
        case .tailCall:
            pendingFault = .refused("a tail call reached the helpers")
            return 0
        }
    }
}
