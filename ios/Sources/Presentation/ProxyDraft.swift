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
        guard let port = UInt16(typed: port), Self.isReachableWithoutNames(host) else { return nil }
        return ProxyAddress(host: host, port: port)
    }

    /// An IP address or `localhost`: looking up the proxy's own name would already tell somebody.
    private static func isReachableWithoutNames(_ host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        let version4 = numbers.count == 4 && numbers.allSatisfy { (1...3).contains($0.count) && UInt8($0) != nil }
        let version6 = host.contains(":") && host.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        return version4 || version6
    }
}

extension UInt16 {
    /// A port, 1–65535.
    init?(typed: String) {
        guard let port = UInt16(typed.trimmingCharacters(in: .whitespaces)), port > 0 else { return nil }
        self = port
    }
}
