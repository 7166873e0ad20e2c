import BPFInstructionSet
import BPFObjectFile
import Trace

/// A linked program as text: functions, C source lines, instructions with their numbers, names of maps.
struct ProgramListing {
    private struct Line {
        let slot: Int
        let text: String
        let map: String?
        let source: LineRecord?
        let function: String?
    }

    private let name: String
    private let section: String
    private let lines: [Line]

    init(_ program: LinkedProgram, syntax: any InstructionSyntax, withSource: Bool) {
        name = program.name
        section = program.sectionName
        var maps: [Int: String] = [:]
        for reference in program.mapReferences {
            switch reference.kind {
            case .address: maps[reference.instructionIndex] = reference.mapName
            case .value(let offset): maps[reference.instructionIndex] = "\(reference.mapName)+\(offset)"
            }
        }
        var sources: [Int: LineRecord] = [:]
        if withSource { for line in program.lines { sources[line.instructionIndex] = line } }
        var functions: [Int: String] = [:]
        for function in program.functions { functions[function.startInstruction] = function.name }
        lines = syntax.lines(of: program.instructions).map { slot, text in
            Line(
                slot: slot, text: text, map: maps[slot], source: sources[slot], function: functions[slot])
        }
    }

    var text: String {
        var text = "prog \(name)  section \(section)\n"
        let width = "\(lines.last?.slot ?? 0)".count
        var shown: LineRecord?
        for line in lines {
            if let function = line.function { text += "\(function):\n" }
            // Several records of one line differ in their columns only.
            if let source = line.source, source.line != shown?.line || source.file != shown?.file {
                shown = source
                let code = source.text.drop { $0 == " " || $0 == "\t" }
                text += "; \(code) @ \(source.file):\(source.line)\n"
            }
            let number = "\(line.slot)"
            text += String(repeating: " ", count: width + 2 - number.count) + "\(number): \(line.text)"
            text += (line.map.map { "  ; map \($0)" } ?? "") + "\n"
        }
        return text
    }

    var json: JSONValue {
        var object = JSONObject()
        object.set("name", text: name)
        object.set("section", text: section)
        object.set(
            "instructions",
            .array(
                lines.map { line in
                    var object = JSONObject()
                    object.set("slot", number: line.slot)
                    object.set("text", text: line.text)
                    object.set("map", text: line.map)
                    object.set("function", text: line.function)
                    if let source = line.source {
                        object.set("file", text: source.file)
                        object.set("line", number: source.line)
                        object.set("source", text: source.text)
                    }
                    return .object(object)
                }))
        return .object(object)
    }
}
