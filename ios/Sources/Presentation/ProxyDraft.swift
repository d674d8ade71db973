// Why: a proxy is typed in two places, and in both it is the same two fields.

import Foundation
import LinnetCore

/// A SOCKS5 proxy as the user types it; Tor's at first.
public struct ProxyDraft: Equatable, Sendable {
    public var isUsed = false
    public var host = "127.0.0.1"
    public var port = "9050"

    public init(_ proxy: ProxyAddress? = nil) {
        guard let proxy else { return }
        (isUsed, host, port) = (true, proxy.host, String(proxy.port))
    }

    /// What was typed, if it can be a proxy.
    public var address: ProxyAddress? {
        let host = host.trimmingCharacters(in: .whitespaces)
        guard let port = UInt16(typed: port), (1...255).contains(host.utf8.count) else { return nil }
        return ProxyAddress(host: host, port: port)
    }
}

extension UInt16 {
    /// A port, 1–65535.
    init?(typed: String) {
        guard let port = UInt16(typed.trimmingCharacters(in: .whitespaces)), port > 0 else { return nil }
        self = port
    }
}
