import Yams

@testable import ScenarioKit

/// Walks a scenario along the key tables' shapes and calls out every key with the set that it belongs to.
struct KeyVisitor {
    let root: SourceNode

    func visit(_ body: (KeySet, String, SourcePlace) -> Void) throws {
        try visit(root, .mapping(KeySet.scenario.name), body)
    }

    private func visit(_ node: SourceNode, _ shape: ValueShape, _ body: (KeySet, String, SourcePlace) -> Void) throws {
        switch shape {
        case .mapping(let name):
            guard node.isMapping, let set = KeySet.all.first(where: { $0.name == name }) else { return }
            for entry in try node.entries("a mapping") {
                guard let key = set.keys.first(where: { $0.name == entry.name }) else { continue }
                body(set, key.name, entry.key.place)
                try visit(entry.value, key.shape, body)
            }
        case .value:
            if node.isMapping { try visit(node, .mapping(KeySet.value.name), body) }
            if node.isList { for element in try node.list() { try visit(element, .value, body) } }
        case .open(let inner):
            for entry in try node.entries("a mapping") { try visit(entry.value, inner, body) }
        case .list(let inner):
            if node.isList { for element in try node.list() { try visit(element, inner, body) } }
        case .either(let shapes):
            for inner in shapes {
                switch inner {
                case .list where node.isList, .mapping where node.isMapping: try visit(node, inner, body)
                default: break
                }
            }
        default: break
        }
    }
}
