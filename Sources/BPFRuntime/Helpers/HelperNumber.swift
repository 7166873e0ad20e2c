/// The helpers that the runtime answers, by number (include/uapi/linux/bpf.h).
enum HelperNumber: UInt32 {
    case mapLookup = 1
    case mapUpdate = 2
    case mapDelete = 3
    case ktime = 5
    case tracePrintk = 6
    case random = 7
    case processorID = 8
    case storeBytes = 9
    case l3ChecksumReplace = 10
    case l4ChecksumReplace = 11
    /// The interpreter's own business.
    case tailCall = 12
    case cloneRedirect = 13
    case redirect = 23
    case loadBytes = 26
    case checksumDifference = 28
    case changeType = 32
    case changeTail = 38
    case pullData = 39
    case checksumUpdate = 40
    case setHashInvalid = 41
    case numaNodeID = 42
    case changeHead = 43
    case setHash = 48
    case loadBytesRelative = 68
    case ktimeBoot = 125
    case checksumLevel = 135
    case redirectNeighbour = 152
    case redirectPeer = 155
    case mapLookupPerCPU = 195
}
