import LinuxABI
import PacketModel
import SimulationCore
import Testing

@Suite struct SocketBufferTests {
    let arena = MemoryArena(capacity: 1 << 24)

    func packet(_ bytes: [UInt8], headroom: Int = 32) throws -> SocketBuffer {
        let packet = try #require(
            SocketBuffer(arena: arena, capacity: 256, number: PacketNumber(rawValue: 1)))
        packet.reserve(headroom)
        packet.append(bytes)
        return packet
    }

    @Test func pushAndPullMoveTheFront() throws {
        let packet = try packet([1, 2, 3, 4])
        packet.networkHeader = 0
        packet.push(2)
        #expect(packet.length == 6)
        #expect(packet.headroom == 30)
        #expect(packet.networkHeader == 2)
        #expect(packet.pull(3))
        #expect(packet.bytes == [2, 3, 4])
        #expect(!packet.pull(4))
        #expect(packet.length == 3)
    }

    @Test func fragmentsBecomeLinearOnDemand() throws {
        let packet = try packet([1, 2])
        let storage = try #require(PacketStorage(arena: arena, capacity: 64))
        for index in 0..<8 {
            unsafe storage.base.storeBytes(of: UInt8(10 + index), toByteOffset: index, as: UInt8.self)
        }
        packet.append(PacketFragment(storage: storage, offset: 0, length: 3))
        packet.append(PacketFragment(storage: storage, offset: 4, length: 3))
        #expect(packet.bytes == [1, 2, 10, 11, 12, 14, 15, 16])
        #expect(packet.linearLength == 2)
        #expect(packet.pullLinear(6))
        #expect(packet.linearLength == 6)
        #expect(packet.bytes == [1, 2, 10, 11, 12, 14, 15, 16])
        #expect(!packet.pullLinear(9))
        packet.trim(to: 7)
        #expect(packet.bytes == [1, 2, 10, 11, 12, 14, 15])
    }

    @Test func writingUnsharesAClone() throws {
        let original = try packet([1, 2, 3])
        original.macHeader = 0
        let clone = try #require(original.clone(number: PacketNumber(rawValue: 2)))
        #expect(original.isCloned && clone.isCloned)
        #expect(clone.ensureWritable(3))
        #expect(!original.isCloned)
        unsafe clone.data.storeBytes(of: 9, as: UInt8.self)
        #expect(original.bytes == [1, 2, 3])
        #expect(clone.bytes == [9, 2, 3])
        #expect(clone.macHeader == 0)
    }

    @Test func bitFieldsDoNotDisturbEachOther() throws {
        let packet = try packet([0])
        packet.packetType = .multicast
        packet.checksumState = .partial
        packet.ignoresDontFragment = true
        packet.timestampType = 2
        packet.hookBits = [.atIngress, .redirected]
        packet.packetType = .host
        #expect(packet.packetType == .host)
        #expect(packet.checksumState == .partial)
        #expect(packet.ignoresDontFragment)
        #expect(packet.timestampType == 2)
        #expect(packet.hookBits == [.atIngress, .redirected])
    }

    @Test func roomGrowsAtBothEnds() throws {
        let packet = try packet([5, 6], headroom: 4)
        packet.macHeader = -2
        packet.transportHeader = 1
        #expect(packet.expand(headroom: 100, tailroom: 10))
        #expect(packet.headroom == 104)
        #expect(packet.macHeader == -2)
        #expect(packet.transportHeader == 1)
        #expect(packet.bytes == [5, 6])
    }
}
