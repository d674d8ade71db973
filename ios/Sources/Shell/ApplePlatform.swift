// Why: the core asks its platform for three things only; here they are on Apple's systems.
// Invariant: called on the core's threads, so nothing here touches the interface.

import Foundation
import LinnetCore
import os

/// The core's platform: keychain, boot session, unified log.
public final class ApplePlatform: Platform {
    private let key: DatabaseKey
    private let subsystem: String

    /// `identifier` names the app in keychain and log.
    public init(identifier: String) {
        key = DatabaseKey(service: identifier)
        subsystem = identifier
    }

    public func databaseKey() -> Data { key.bytes() }

    /// Forgets the store's key, for a store that is deleted.
    public func forgetKey() { key.forget() }

    public func bootId() -> String { BootSession.current() }

    public func log(level: LogLevel, target: String, message: String) {
        let type: OSLogType =
            switch level {
            case .error: .error
            case .warn: .default
            case .info: .info
            case .debug, .trace: .debug
            }
        // Debug lines may name people; the system hides them outside a debugger.
        let logger = Logger(subsystem: subsystem, category: target)
        if type == .debug {
            logger.log(level: type, "\(message, privacy: .private)")
        } else {
            logger.log(level: type, "\(message, privacy: .public)")
        }
    }
}
