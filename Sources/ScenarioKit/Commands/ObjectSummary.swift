import BPFObjectFile
import LinuxABI
import Trace

/// What an object holds, for `prog show`.
struct ObjectSummary {
    let file: ObjectFile
    let path: String

    init(_ file: ObjectFile, path: String) {
        self.file = file
        self.path = path
    }

    var text: String {
        var text = "\(path)  licence \"\(file.licence)\"\n"
        var programs = TextTable()
        for program in file.programs {
            let linked = try? file.link(program)
            let size = linked.map { "\($0.instructions.count) instructions" } ?? linkError(program)
            let maps = Set(linked?.mapReferences.map(\.mapName) ?? []).sorted().joined(separator: ", ")
            programs.append([
                "  prog", .init(program.name, .strong), .init(program.section.text),
                .init(program.type?.name ?? "unknown type"), .init(size),
                .init(maps.isEmpty ? "" : "maps " + maps),
            ])
        }
        var maps = TextTable()
        for map in file.maps {
            maps.append([
                "  map", .init(map.name, .strong), .init(map.type.description), "key \(map.keySize)B",
                "value \(map.valueSize)B", "max_entries \(map.maxEntries)",
                "flags 0x\(String(map.flags.rawValue, radix: 16))",
                .init(map.isFrozen ? "frozen" : ""),
            ])
        }
        var globals = TextTable()
        for global in file.globals {
            globals.append([
                "  global", .init(global.name, .strong), .init(global.sectionName),
                .init(file.typeDescription(global)), "\(global.byteCount)B", .init("= " + value(global)),
            ])
        }
        for table in [programs, maps, globals] { text += table.text(coloured: false) }
        return text
    }

    private func linkError(_ program: ProgramSpecification) -> String {
        do {
            _ = try file.link(program)
            return ""
        } catch {
            return "\(error)"
        }
    }

    private func value(_ global: GlobalVariable) -> String {
        let bytes = file.globalBytes(global.name) ?? []
        guard bytes.count <= 8 else { return hexText(bytes) }
        return "\(bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })"
    }

    var json: JSONValue {
        var object = JSONObject()
        object.set("schema", .schema("nksim-prog-show"))
        object.set("file", text: path)
        object.set("licence", text: file.licence)
        object.set(
            "programs",
            .array(
                file.programs.map { program in
                    var object = JSONObject()
                    object.set("name", text: program.name)
                    object.set("section", text: program.section.text)
                    object.set("type", text: program.type?.name)
                    object.set("attach_type", text: program.attachType?.name)
                    if let linked = try? file.link(program) {
                        object.set("instructions", number: linked.instructions.count)
                        object.set("functions", .array(linked.functions.map { .string($0.name) }))
                        let maps = Set(linked.mapReferences.map(\.mapName)).sorted()
                        object.set("maps", .array(maps.map { .string($0) }))
                    } else {
                        object.set("error", text: linkError(program))
                    }
                    return .object(object)
                }))
        object.set(
            "maps",
            .array(
                file.maps.map { map in
                    var object = JSONObject()
                    object.set("name", text: map.name)
                    object.set("type", text: map.type.description)
                    object.set("bytes_key", number: map.keySize)
                    object.set("bytes_value", number: map.valueSize)
                    object.set("max_entries", number: map.maxEntries)
                    object.set("flags", number: map.flags.rawValue)
                    object.set("frozen", flag: map.isFrozen)
                    return .object(object)
                }))
        object.set(
            "globals",
            .array(
                file.globals.map { global in
                    var object = JSONObject()
                    object.set("name", text: global.name)
                    object.set("section", text: global.sectionName)
                    object.set("type", text: file.typeDescription(global))
                    object.set("bytes", number: global.byteCount)
                    object.set("value", .hex(file.globalBytes(global.name) ?? []))
                    return .object(object)
                }))
        return .object(object)
    }
}
