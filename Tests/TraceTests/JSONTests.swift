import LinuxABI
import PacketModel
import SimulationCore
import Testing
import Trace

@Suite struct JSONTests {
    @Test func anEventIsOneObjectWithStableKeys() {
        #expect(
            SampleEvents.egress[3].json.text == #"""
                {"time_ns":1000,"cpu":0,"context":"task_bh_off","task":"curl","packet":1,"namespace":"pod",\#
                "device":"eth0","step":"program","hook":"netkit/peer","program":"from_pod","program_id":3,\#
                "verdict":"redirect","state":{"source":"00:00:00:00:00:00","destination":"00:00:00:00:00:00",\#
                "length":47,"linear_length":47,"mark":0,"priority":0,"checksum":"partial","packet_type":"host",\#
                "protocol":2048,"has_socket":true},"changes":[]}
                """#)
    }

    @Test func aStreamHasOneObjectOnEachLine() {
        let lines = SampleEvents.egress.jsonLines.split(separator: "\n")
        #expect(lines.count == SampleEvents.egress.count)
        #expect(lines.allSatisfy { $0.hasPrefix("{\"time_ns\":") && $0.hasSuffix("}") })
    }

    @Test(arguments: [
        (JSONValue.null, "null"), (.bool(true), "true"), (.number(-5), "-5"),
        (.number(UInt64.max), "18446744073709551615"), (.string("a\"b\\c\n\u{1}\u{7F}é"), #""a\"b\\c\n\u0001\u007fé""#),
        (.array([]), "[]"), (.object(JSONObject()), "{}"), (.hex([0, 171]), "\"00ab\""),
    ])
    func values(_ value: JSONValue, _ text: String) {
        #expect(value.text == text)
    }

    @Test func prettyTextIndentsByTwo() {
        var object = JSONObject()
        object.set("a", .array([.number(1), .null]))
        object.set("left_out", nil)
        object.set("b", text: "x")
        #expect(
            JSONValue.object(object).prettyText == """
                {
                  "a": [
                    1,
                    null
                  ],
                  "b": "x"
                }

                """)
    }

    /// Every kind of step has a word, and in JSON a key without spaces.
    @Test(arguments: [
        TraceStep.route(destination: "10.0.0.0/8", outputDevice: "eth0", gateway: nil),
        .noRoute(destination: "10.0.0.1", errno: .ENETUNREACH), .neighbourParked(address: "10.0.0.1", queued: 1),
        .noopQdisc, .policy(verdict: Verdict.drop),
        .redirectFailed(helper: "bpf_redirect", errno: .EINVAL, why: "gone"),
        .backlogDequeue, .nicReceive, .receive, .forward, .reply(what: "ARP"), .consume(what: "ARP"),
        .deliver(flow: "udp"), .segment(into: 10),
    ])
    func stepsHaveWordsAndKeys(_ step: TraceStep) {
        let event = TraceEvent(
            time: .zero, context: ExecutionContext(cpu: 0, kind: .hardirq, task: nil), packet: nil, namespace: "node",
            device: nil, step: step)
        guard case .object(let object) = event.json, case .string(let key) = object["step"] else {
            Issue.record("no object with a step")
            return
        }
        #expect(!key.isEmpty && !key.contains(" "))
        #expect(object["packet"] == nil)
    }

    @Test func aSegmentedPacketTellsIntoHowMany() {
        let event = TraceEvent(
            time: .zero, context: ExecutionContext(cpu: 0, kind: .taskBHOff, task: "curl"), packet: nil,
            namespace: "node", device: "nic0", step: .segment(into: 10))
        #expect(event.json.text.contains(#""step":"segment","segments":10"#))
        #expect(event.step.word == "segment")
        #expect(event.step.detail == "into 10 packets")
    }
}
