import KernelControl
import LinuxABI
import PacketModel
public import Trace

extension Observations {
    /// Everything that was seen, in the order of the scenario's declarations.
    public var json: JSONValue {
        var object = JSONObject()
        object.set("steps", .array(steps.map(\.json)))
        object.set("runs", runs.map { .array($0.map(\.json)) })
        object.set("drops", drops.map { .array($0.map(\.json)) })
        object.set("captures", .array(captures.map(\.json)))
        object.set(
            "counters",
            .array(
                counters.map { counters in
                    var object = JSONObject()
                    object.set("device", text: counters.device.description)
                    for (counter, change) in counters.changes { object.set(counter.rawValue, number: change) }
                    return .object(object)
                }))
        object.set("chains", .array(chains.map(\.json)))
        object.set("neighbours", .array(neighbours.map(\.json)))
        object.set("sockets", .array(sockets.map(\.json)))
        object.set("maps", .array(maps.map(\.json)))
        object.set(
            "softnet",
            .array(
                softnet.enumerated().map { cpu, row in
                    var object = JSONObject()
                    object.set("cpu", number: cpu)
                    for (counter, change) in row { object.set(counter.rawValue, number: change) }
                    return .object(object)
                }))
        object.set(
            "trace_pipe",
            .array(
                tracePipe.map { line in
                    var object = JSONObject()
                    object.set("step", number: line.step)
                    object.set("text", text: line.text)
                    return .object(object)
                }))
        return .object(object)
    }
}

extension Observations.StepOutcome {
    var json: JSONValue {
        var object = JSONObject()
        object.set("step", number: index)
        object.set("name", text: name)
        object.set("verb", text: verb)
        object.set("errno", text: failure.map { "\($0.errno)" })
        if let failure, !failure.message.isEmpty { object.set("message", text: failure.message) }
        return .object(object)
    }
}

extension Observations.Capture {
    var json: JSONValue {
        var object = JSONObject()
        object.set("name", text: name)
        object.set("device", text: device.description)
        object.set("frames", .array(frames.map(\.json)))
        return .object(object)
    }
}

extension Observations.Frame {
    var json: JSONValue {
        var object = JSONObject()
        object.set("step", number: step)
        object.set("time_ns", number: time)
        object.set("direction", text: direction.rawValue)
        object.set("length", number: length)
        object.set("partial_checksum", flag: hasPartialChecksum)
        object.set(
            "checksums",
            checksums.map { findings in
                var object = JSONObject()
                for finding in findings { object.set(finding.header, text: finding.state.rawValue) }
                return .object(object)
            })
        object.set("packet", text: PacketDescription(bytes).text(payloadLimit: 64))
        object.set("bytes", .hex(bytes))
        return .object(object)
    }
}

extension Observations.Run {
    var json: JSONValue {
        var object = JSONObject()
        object.set("step", number: step)
        object.set("program", text: program)
        object.set("returned", number: returnValue)
        object.set("verdict", text: Verdict.name(returnValue))
        object.set("cpu", number: cpu)
        return .object(object)
    }
}

extension Observations.Drop {
    var json: JSONValue {
        var object = JSONObject()
        object.set("step", number: step)
        object.set("reason", text: reason)
        object.set("device", text: device)
        return .object(object)
    }
}

extension Observations.Chain {
    var json: JSONValue {
        var object = JSONObject()
        object.set("device", text: device.description)
        object.set("hook", text: hook.name)
        object.set("revision", text: "\(revision)")
        object.set("programs", .array(programs.map { .string($0) }))
        return .object(object)
    }
}

extension Observations.Neighbour {
    var json: JSONValue {
        var object = JSONObject()
        object.set("device", text: device)
        object.set("address", text: "\(address)")
        object.set("mac", text: linkAddress.map { "\($0)" })
        object.set("state", text: state)
        return .object(object)
    }
}

extension Observations.Socket {
    var json: JSONValue {
        var object = JSONObject()
        object.set("name", text: name)
        object.set(
            "datagrams",
            .array(
                datagrams.map { step, datagram in
                    var object = JSONObject()
                    object.set("step", number: step)
                    object.set("from", text: datagram.source?.text)
                    object.set("payload", .hex(datagram.payload))
                    return .object(object)
                }))
        object.set(
            "errors",
            .array(
                errors.map { step, errno in
                    var object = JSONObject()
                    object.set("step", number: step)
                    object.set("errno", text: "\(errno)")
                    return .object(object)
                }))
        return .object(object)
    }
}

extension Observations.Map {
    var json: JSONValue {
        var object = JSONObject()
        object.set("object", text: self.object)
        object.set("name", text: name)
        object.set(
            "entries",
            .array(
                entries.map { entry in
                    var object = JSONObject()
                    object.set("key", .hex(entry.key))
                    object.set("value", .hex(entry.value))
                    return .object(object)
                }))
        return .object(object)
    }
}
