public import BPFObjectFile

/// The object files of one scenario, parsed: finds programs and maps by the names that steps use.
///
/// A name stands alone where one object has it, or is written `OBJECT/NAME`.
public struct ObjectCatalogue: Sendable {
    /// A program or map of one of the objects.
    public struct Item: Hashable, Sendable {
        /// Index into ``Scenario/objects``.
        public let object: Int
        public let name: String
    }

    /// In the order of ``Scenario/objects``.
    public internal(set) var files: [ObjectFile] = []
    let names: [String]

    /// Parses every object that `scenario` names; `read` gives a file's bytes by its path as the scenario writes it.
    public init(
        _ scenario: Scenario, read: (_ path: String) throws -> [UInt8]
    ) throws(ScenarioError) {
        names = scenario.objects.map(\.name)
        for object in scenario.objects {
            let bytes: [UInt8]
            do {
                bytes = try read(object.path)
            } catch {
                throw ScenarioError(.input, object.place, "cannot read '\(object.path)': \(error)")
            }
            do {
                files.append(try ObjectFile(parsing: bytes, objectName: ObjectName.object(ofPath: object.path)))
            } catch {
                throw ScenarioError(error, at: object.place, object: object.path)
            }
        }
    }

    /// The program called so.
    func program(_ name: String, at place: SourcePlace) throws(ScenarioError) -> Item {
        try find(name, "program", at: place) { $0.programs.map(\.name) }
    }

    /// The map called so.
    func map(_ name: String, at place: SourcePlace) throws(ScenarioError) -> Item {
        try find(name, "map", at: place) { $0.maps.map(\.name) }
    }

    /// The name that a scenario may call a program by: its own, or OBJECT/NAME where several objects have it.
    func scenarioName(of program: Item) -> String {
        let owners = files.count { $0.programs.contains { $0.name == program.name } }
        return owners > 1 ? "\(names[program.object])/\(program.name)" : program.name
    }

    private func find(
        _ name: String, _ kind: String, at place: SourcePlace, among list: (ObjectFile) -> [String]
    ) throws(ScenarioError) -> Item {
        var found: [Item] = []
        var known: [String] = []
        for (index, file) in files.enumerated() {
            for item in list(file) {
                known.append(item)
                if item == name || "\(names[index])/\(item)" == name { found.append(Item(object: index, name: item)) }
            }
        }
        guard let first = found.first else {
            throw ScenarioError(.input, place, "no \(kind) '\(name)'" + suggestion(for: name, among: known))
        }
        guard found.count == 1 else {
            let owners = found.map { names[$0.object] }.joined(separator: ", ")
            throw ScenarioError(
                .input, place, "\(kind) '\(name)' is in several objects (\(owners)); write OBJECT/\(name)")
        }
        return first
    }

    /// Throws unless every program, map and global that `scenario` names exists; nothing is loaded.
    public func check(_ scenario: Scenario) throws(ScenarioError) {
        for (index, object) in scenario.objects.enumerated() {
            let file = files[index]
            for name in object.load ?? [] where !file.programs.contains(where: { $0.name == name }) {
                throw ScenarioError(
                    .input, object.place,
                    "no program '\(name)' in \(object.path)" + suggestion(for: name, among: file.programs.map(\.name)))
            }
            for global in object.globals where !file.globals.contains(where: { $0.name == global.name }) {
                throw ScenarioError(
                    .input, global.place,
                    "no global '\(global.name)' in \(object.path)"
                        + suggestion(for: global.name, among: file.globals.map(\.name)))
            }
            for entry in object.entries { _ = try map(entry.map, at: entry.place) }
            for name in object.unstableMaps where !file.maps.contains(where: { $0.name == name }) {
                throw ScenarioError(
                    .input, object.place,
                    "no map '\(name)' in \(object.path)" + suggestion(for: name, among: file.maps.map(\.name)))
            }
            for attachment in object.attachments { try check(attachment) }
        }
        for step in scenario.steps {
            switch step.action {
            case .attach(let attachment): try check(attachment)
            case .detachAt(let detachment):
                if let program = detachment.program { _ = try self.program(program, at: step.place) }
            case .update(let entry, _): _ = try map(entry.map, at: entry.place)
            case .deleteEntry(let name, _): _ = try map(name, at: step.place)
            case .expect(let expectations):
                for expectation in expectations {
                    switch expectation.subject {
                    case .entry(let entry): _ = try map(entry.map, at: expectation.place)
                    case .program(let run): _ = try program(run.program, at: expectation.place)
                    default: break
                    }
                }
            default: break
            }
        }
    }

    private func check(_ attachment: AttachmentDeclaration) throws(ScenarioError) {
        let item = try program(attachment.program, at: attachment.place)
        _ = try hook(of: attachment, program: item)
    }
}
