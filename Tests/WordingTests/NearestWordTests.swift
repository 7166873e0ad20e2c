import Testing
import Wording

@Suite struct NearestWordTests {
    static let words = ["device", "devices", "udp", "bpf_redirect", "bpf_redirect_peer"]

    @Test(arguments: [
        ("device", "device"), ("devcie", "device"), ("upd", "udp"), ("bpf_redirec", "bpf_redirect"),
        ("perimeter", nil), ("", nil), ("x", nil),
    ])
    func theFewestEditsWin(word: String, expected: String?) {
        #expect(nearestWord(to: word, among: Self.words) == expected)
    }

    @Test func longWordsAreNotCompared() {
        let long = String(repeating: "a", count: 65)
        #expect(nearestWord(to: long, among: [long]) == nil)
    }
}
