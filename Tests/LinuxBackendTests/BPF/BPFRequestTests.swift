import KernelControl
import LinuxABI
import Testing

@testable import LinuxBackend

@Suite struct BPFRequestTests {
    /// Offsets as a C compiler lays out `union bpf_attr` of Linux 6.12.
    @Test func fieldsStandWhereTheKernelReadsThem() {
        #expect(BPFAttributes.byteCount == 152)
        let offsets = [
            (BPFAttributes.MapCreate.innerMapFD.offset, 20), (BPFAttributes.MapCreate.mapName, 28),
            (BPFAttributes.MapElement.flags.offset, 24), (BPFAttributes.ProgramLoad.logBuffer.offset, 32),
            (BPFAttributes.ProgramLoad.programName, 48), (BPFAttributes.ProgramLoad.expectedAttachType.offset, 68),
            (BPFAttributes.ProgramLoad.btfFD.offset, 72), (BPFAttributes.ProgramLoad.functionRecords.offset, 80),
            (BPFAttributes.ProgramLoad.lineRecords.offset, 96), (BPFAttributes.ProgramLoad.attachBTFID.offset, 108),
            (BPFAttributes.ProgramLoad.attachProgramFD.offset, 112),
            (BPFAttributes.ProgramLoad.logTrueSize.offset, 140), (BPFAttributes.ProgramAttach.relative.offset, 20),
            (BPFAttributes.ProgramAttach.expectedRevision.offset, 24), (BPFAttributes.TestRun.duration.offset, 36),
            (BPFAttributes.TestRun.contextOut.offset, 56), (BPFAttributes.ProgramQuery.linkIDs.offset, 40),
            (BPFAttributes.ProgramQuery.revision.offset, 56), (BPFAttributes.LinkCreate.relative.offset, 16),
            (BPFAttributes.LinkCreate.expectedRevision.offset, 24), (BPFAttributes.LinkUpdate.oldProgramFD.offset, 12),
            (BPFAttributes.RawTracepoint.programFD.offset, 8), (BPFAttributes.BTFLoad.logLevel.offset, 24),
        ]
        for (found, expected) in offsets { #expect(found == expected) }
    }

    @Test func numbersAreLittleEndianAndComeBack() {
        let request = BPFRequest(.linkCreate)
        request.set(BPFAttributes.LinkCreate.flags, 0x0102_0304)
        request.set(BPFAttributes.LinkCreate.expectedRevision, 0x1122_3344_5566_7788)
        request.set(BPFAttributes.LinkCreate.programFD, -1)
        #expect(Array(request.attributes[12..<16]) == [4, 3, 2, 1])
        #expect(request.attributes[24] == 0x88)
        #expect(request.get(BPFAttributes.LinkCreate.expectedRevision) == 0x1122_3344_5566_7788)
        #expect(request.get(BPFAttributes.LinkCreate.programFD) == -1)
    }

    /// A name of sixteen bytes has no room for its end: the kernel is to see that, and refuses it.
    @Test(arguments: [("fifteen_letters", 15), ("sixteen__letters", 16), ("seventeen_letters", 16)])
    func namesKeepWhatFits(name: String, length: Int) {
        let request = BPFRequest(.mapCreate)
        request.set(name: name, at: BPFAttributes.MapCreate.mapName)
        #expect(request.attributes[28...].prefix { $0 != 0 }.count == length)
    }

    @Test func memoryOfARequestIsCopiedAndRead() {
        let request = BPFRequest(.programLoad)
        let buffer = request.pass([1, 2, 3], at: BPFAttributes.ProgramLoad.licence)
        #expect(request.bytes(of: buffer) == [1, 2, 3])
        #expect(request.get(AttributeField<UInt64>(BPFAttributes.ProgramLoad.licence.offset)) != 0)
        let answer = request.reserve(16, at: BPFAttributes.ProgramLoad.logBuffer)
        #expect(request.text(of: answer).isEmpty)
    }

    @Test(
        arguments: [
            ("0", 1), ("0-3", 4), ("0,2-5", 6), ("0-1,7", 8), ("", nil), ("a-b", nil), ("0-", 1), ("-1", 2),
        ] as [(String, Int?)])
    func possibleCPUsAreOneMoreThanTheHighest(list: String, count: Int?) {
        #expect(BPFObjects.cpuCount(of: list) == count)
    }

    @Test func bytesAreWords() {
        #expect(([1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 9] as [UInt8]).words == [1, 0xFFFF_FFFF])
    }
}
