// Why: a server's own place is typed by whoever has one that its name alone does not lead to.

import Foundation
import LinnetCore

/// Where to connect, as the user types it.
public struct ServerDraft: Equatable, Sendable {
    public var isUsed = false
    public var host = ""
    public var port = "5222"
    public var directTls = false

    public init(_ server: ServerAddress? = nil) {
        guard let server else { return }
        (isUsed, host, port, directTls) = (true, server.host, String(server.port), server.directTls)
    }

    /// Nothing is wrong with it yet: nobody has begun to type.
    public var isEmpty: Bool { host.trimmingCharacters(in: .whitespaces).isEmpty }

    /// What was typed, if it can be a place.
    public var address: ServerAddress? {
        let host = host.trimmingCharacters(in: .whitespaces)
        guard !isEmpty, let port = UInt16(typed: port) else { return nil }
        return ServerAddress(host: host, port: port, directTls: directTls)
    }
}
