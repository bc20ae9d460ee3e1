import Foundation
import SwiftProtobuf

extension Event {
    /// Every reason why the payload is not a message of the type, each with its path; empty if it is one.
    public func faults<Payload: EventPayload>(as type: Payload.Type) -> [Undecodable] {
        do throws(Undecodable) {
            _ = try decode(type)
            return []
        } catch {
            guard content == .json, self.type == Payload.eventType, !data.isEmpty else { return [error] }
            guard let json = try? JSONSerialization.jsonObject(with: Data(data), options: .fragmentsAllowed) else {
                return [Undecodable("", .notJSON)]
            }
            guard let object = json as? [String: Any] else { return [Undecodable("", .notObject)] }
            let found = JSONFaults<Payload>(object).found
            // Foundation takes a comma too many, which JSON does not have.
            return found.isEmpty ? [Undecodable("", .notJSON)] : found
        }
    }
}

/// Finds every fault in a JSON text. The decoder stops at the first one and does not say where it is. So each member is
/// decoded alone, and a member that fails is split in the same way.
private struct JSONFaults<Payload: EventPayload> {
    private(set) var found: [Undecodable] = []
    /// Limits the cost of a hostile text. Nobody reads more faults than this.
    private var probesLeft = 2_000

    private enum Step {
        case member(String)
        case element(Int)
    }

    init(_ object: [String: Any]) { descend(object, at: []) }

    /// - Returns: whether a fault was found.
    @discardableResult
    private mutating func descend(_ value: Any, at path: [Step]) -> Bool {
        let before = found.count
        if let object = value as? [String: Any] {
            for (name, member) in object.sorted(by: { $0.key < $1.key }) { probe(member, at: path + [.member(name)]) }
        } else if let array = value as? [Any] {
            for (index, element) in array.enumerated() { probe(element, at: path + [.element(index)]) }
        }
        return found.count > before
    }

    private mutating func probe(_ value: Any, at path: [Step]) {
        guard probesLeft > 0 else { return }
        if let text = value as? String, Self.isPlaceholder(text) {
            found.append(Undecodable(Self.text(path), .placeholder))
            return
        }
        guard let error = error(of: value, at: path) else { return }
        // Splits a value only if an object or a list is allowed at this place.
        let empty: Any? = value is [String: Any] ? [String: Any]() : value is [Any] ? [Any]() : nil
        if let empty, self.error(of: empty, at: path) == nil, descend(value, at: path) { return }
        found.append(Undecodable(Self.text(path), mistake(value, at: path) ?? error.mistake ?? .other))
    }

    /// A list or an object is expected where an empty one is taken and this value is not.
    private mutating func mistake(_ value: Any, at path: [Step]) -> Undecodable.Mistake? {
        if !(value is [Any]), error(of: [Any](), at: path) == nil { return .list }
        if !(value is [String: Any]), error(of: [String: Any](), at: path) == nil { return .object }
        return nil
    }

    /// What the examples leave open: `$PERSONAL_NUMBER`.
    private static func isPlaceholder(_ text: String) -> Bool {
        text.utf8.count > 1 && text.first == "$"
            && text.utf8.dropFirst().allSatisfy { (65...90).contains($0) || $0 == 95 }
    }

    /// The decoder's error for a text that contains only this value.
    private mutating func error(of value: Any, at path: [Step]) -> Undecodable? {
        probesLeft -= 1
        var alone = value
        for step in path.reversed() {
            switch step {
            case .member(let name): alone = [name: alone]
            case .element: alone = [alone]
            }
        }
        guard let bytes = try? JSONSerialization.data(withJSONObject: alone) else { return nil }
        do throws(Undecodable) {
            _ = try Payload(json: Bytes(bytes))
            return nil
        } catch { return error }
    }

    /// For example `reporter.email`, `areas[2]`. A name that cannot be a field's is left out: it could contain
    /// anything.
    private static func text(_ path: [Step]) -> String {
        var text = ""
        for step in path {
            switch step {
            case .element(let index): text += "[\(index)]"
            case .member(let name):
                guard name.utf8.count <= 40, name.utf8.allSatisfy({ $0 == 95 || (65...90).contains($0 & ~32) }) else {
                    return text
                }
                text += (text.isEmpty ? "" : ".") + FieldPath.snakeCase(name)
            }
        }
        return text
    }
}

/// The two spellings of a fault's path: ours (`reporter.email`, `personal_number`, `areas[2]`), and JSON pointers (RFC
/// 6901) into proto3 JSON (`/reporter/email`, `/personalNumber`, `/areas/2`).
public enum FieldPath {
    /// The path names a header of a record or a request.
    public static func isHeader(_ path: String) -> Bool { path.hasPrefix("ce_") || path == "content-type" }

    public static func pointer(_ path: String, in parent: String = "") -> String {
        guard !path.isEmpty else { return parent }
        return path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".").reduce(parent) {
            let words = $1.split(separator: "_")
            return $0 + "/" + words.prefix(1).joined() + words.dropFirst().map(\.capitalized).joined()
        }
    }

    static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { text, letter in
            if letter.isUppercase, !text.isEmpty { text += "_" }
            text += letter.lowercased()
        }
    }
}
