// Why: pictures of people are named by items and read when they are looked at. The core drew them itself, so the system's
// decoder meets nothing of a stranger's.

import Foundation
import LinnetCore

/// Pictures of people by their names, each read once while it is in use.
@MainActor
public final class People {
    private let read: @MainActor (String) async -> Data?
    private var kept: [String: Data] = [:]
    /// The names in `kept`, the one used longest ago first.
    private var order: [String] = []
    /// A dozen kilobytes each.
    private static let most = 200

    public init(read: @escaping @MainActor (String) async -> Data?) {
        self.read = read
    }

    /// The same of what an item may name.
    func picture(_ name: String?) async -> Data? {
        if let name { await picture(name) } else { nil }
    }

    /// A JPEG or PNG; `nil` once nobody has it any more.
    public func picture(_ name: String) async -> Data? {
        if let known = kept[name] { return known }
        guard let file = await read(name) else { return nil }
        if kept.updateValue(file, forKey: name) == nil { order.append(name) }
        if order.count > Self.most { kept.removeValue(forKey: order.removeFirst()) }
        return file
    }
}
