import Testing
import Trace

@Suite struct StoryRendererTests {
    @Test func aStoryHasOneAlignedLineForEachEvent() {
        let expected = """
            time         cpu   context    packet  device     step         what                               changes
            0.000000000  cpu0  task curl  pkt 1   pod        send         udp 10.0.1.2:4000 > 192.168.7.2:9  \
            length 33, linear 33, mark 5, checksum partial, socket attached
            0.000000700  cpu0  task curl  pkt 1   pod/eth0   transmit                                        \
            00:00:00:00:00:00 > 00:00:00:00:00:00, length 33 → 47, linear 33 → 47
            0.000000900  cpu0  task curl  pkt 1   pod/eth0   scrub        into another namespace             \
            mark 5 → 0, socket kept
            0.000001000  cpu0  task curl  pkt 1   pod/eth0   netkit/peer  from_pod [3] → redirect
            0.000001200  cpu0  task curl  pkt 1   node/nic0  redirect     bpf_redirect_neigh → nic0          \
            socket kept
            0.000001300  cpu0  task curl  pkt 1   node/nic0  neighbour    192.168.7.2 is at 02:00:00:00:00:09  \
            source 00:00:00:00:00:00 → 02:00:00:00:00:01, destination 00:00:00:00:00:00 → 02:00:00:00:00:09
            0.000001500  cpu0  task curl  pkt 1   node/nic0  wire         1 frame                            \
            checksum partial → none, socket orphaned

            """
        let story = StoryRenderer().text(SampleEvents.egress)
        #expect(collapsed(story) == collapsed(expected))
        let lines = story.split(separator: "\n")
        let headings = Array(lines[0])
        // Every column of every line begins where its heading does.
        for line in lines.dropFirst() {
            let characters = Array(line)
            for column in headings.indices where column > 0 && headings[column] != " " && headings[column - 1] == " " {
                guard column < characters.count else { continue }
                #expect(characters[column - 1] == " ", "column \(column) of \(line)")
            }
        }
    }

    @Test func aCloneNamesItsParentAndADropItsReasonAndPlace() {
        let story = StoryRenderer().text(SampleEvents.drop)
        #expect(collapsed(story).contains("cpu1 softirq on idle pkt 2 of 1 node/nk0 backlog of cpu1 [1 queued]"))
        #expect(collapsed(story).contains("ksoftirqd/1 pkt 2 node/nk0 drop IP_INNOROUTES in ip_rcv_finish"))
        #expect(story.contains("1.000000005"))
    }

    @Test func coloursAddNothingButEmphasis() {
        let plain = StoryRenderer().text(SampleEvents.egress)
        let coloured = StoryRenderer(isColoured: true).text(SampleEvents.egress)
        #expect(coloured != plain)
        var stripped = coloured
        for code in ["0", "1", "2", "31", "32"] { stripped = stripped.replacing("\u{1B}[\(code)m", with: "") }
        #expect(stripped == plain)
    }

    @Test func noEventsNoStory() {
        #expect(StoryRenderer().text([]).isEmpty)
    }

    /// Runs of spaces as one, so that expectations need no counting.
    private func collapsed(_ text: String) -> String {
        text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }.joined(separator: "\n")
    }
}
