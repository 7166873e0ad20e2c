import Foundation

/// Scenario files on disk.
public enum ScenarioFiles {
    /// The file of `path`: the path itself, or `scenario.yaml` in the folder that it names.
    public static func file(of path: String) -> String {
        isFolder(path) ? joined(path, "scenario.yaml") : path
    }

    /// The files of `paths` in order: a file is itself, a folder its `scenario.yaml`, or else every folder below that has
    /// one, sorted. A path that doesn't exist stays, so that reading it says so.
    public static func find(_ paths: [String]) -> [String] {
        paths.flatMap { path -> [String] in
            guard isFolder(path) else { return [path] }
            let own = joined(path, "scenario.yaml")
            if FileManager.default.fileExists(atPath: own) { return [own] }
            // The enumerator follows no link, not even as its root.
            let folder = (path as NSString).resolvingSymlinksInPath
            let below = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            return below.filter { $0.hasSuffix("/scenario.yaml") }.sorted().map { joined(path, $0) }
        }
    }

    /// Reads and parses a scenario.
    public static func read(_ file: String) throws(ScenarioError) -> Scenario {
        let start = SourcePlace(file: file, line: 1, column: 1)
        let bytes: [UInt8]
        do {
            bytes = try self.bytes(of: file, limit: 4 << 20)
        } catch {
            throw ScenarioError(.input, start, "\(error)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ScenarioError(.input, start, "not UTF-8 text")
        }
        do {
            return try Scenario(yaml: text, file: file)
        } catch {
            throw ScenarioError(error)
        }
    }

    /// The objects of a scenario, read from its folder and parsed.
    public static func objects(of scenario: Scenario) throws(ScenarioError) -> ObjectCatalogue {
        try ObjectCatalogue(scenario) { path in try bytes(of: beside(scenario.file, path), limit: 64 << 20) }
    }

    /// The digest of a scenario's file and objects.
    public static func digest(of scenario: Scenario) throws(FileProblem) -> String {
        var files = [try bytes(of: scenario.file, limit: 4 << 20)]
        for object in scenario.objects { files.append(try bytes(of: beside(scenario.file, object.path))) }
        return ScenarioDigest.text(files)
    }

    /// A file in the folder of another one.
    static func beside(_ file: String, _ name: String) -> String {
        let folder = (file as NSString).deletingLastPathComponent
        return folder.isEmpty ? name : joined(folder, name)
    }

    /// Writes a file, replacing what was there.
    static func write(_ text: String, to path: String) throws(FileProblem) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw FileProblem("cannot write \(path): \(error.localizedDescription)")
        }
    }

    /// A file's bytes; `-` is standard input.
    public static func bytes(of path: String, limit: Int = 64 << 20) throws(FileProblem) -> [UInt8] {
        if path == "-" {
            let data = try? FileHandle.standardInput.readToEnd()
            return Array(data ?? Data())
        }
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw FileProblem("no such file: \(path)")
        }
        guard !isFolder.boolValue else { throw FileProblem("a folder, expected a file: \(path)") }
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        guard size <= limit else { throw FileProblem("\(size) bytes, expected at most \(limit): \(path)") }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileProblem("cannot read \(path)")
        }
        return Array(data)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func joined(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}

/// Why a file could not be read or written.
public struct FileProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
