/// bpf(2)'s first argument (`enum bpf_cmd`): what is asked for.
enum BPFCommand: Int32 {
    case mapCreate = 0
    case mapLookupElement = 1
    case mapUpdateElement = 2
    case mapDeleteElement = 3
    case mapNextKey = 4
    case programLoad = 5
    case programAttach = 8
    case programDetach = 9
    case programTestRun = 10
    case objectInfo = 15
    case programQuery = 16
    case rawTracepointOpen = 17
    case btfLoad = 18
    case mapFreeze = 22
    case linkCreate = 28
    case linkUpdate = 29
    case linkDetach = 34
}
