// Why: one line above the chats says what is wrong with the connection, whatever the number of accounts.
// Invariant: nothing is said while everything works, and an account the user switched off is not news.

import Foundation
import LinnetCore

/// What the connection banner says.
public enum ConnectionBanner: Equatable, Sendable {
    case connecting
    case catchingUp
    /// No connection; the next try is at `retry`.
    case waiting(reason: WaitReason, retry: Date)
    /// The server shows another certificate than the one the user trusted.
    case certificateChanged(account: Int64, address: String)
    /// No further try until the user does something about this account.
    case failed(account: Int64, address: String, reason: LoginFailure)

    /// The most pressing news of these accounts; `nil` if there is none.
    public init?(_ accounts: [AccountItem]) {
        let news = accounts.filter { $0.enabled && $0.signedIn }.compactMap(Self.init(account:))
        guard let worst = news.max(by: { $0.weight < $1.weight }) else { return nil }
        self = worst
    }

    private init?(account: AccountItem) {
        switch account.connection {
        case .off, .online: return nil
        case .connecting: self = .connecting
        case .catchingUp: self = .catchingUp
        case .waiting(let until, let reason): self = .waiting(reason: reason, retry: Date(milliseconds: until))
        case .failed(.certificate) where account.certificate?.changed == true:
            self = .certificateChanged(account: account.id, address: account.title)
        case .failed(let reason):
            self = .failed(account: account.id, address: account.title, reason: reason)
        }
    }

    private var weight: Int {
        switch self {
        case .catchingUp: 0
        case .connecting: 1
        case .waiting: 2
        case .failed: 3
        case .certificateChanged: 4
        }
    }
}

extension Date {
    /// From the core's UTC milliseconds.
    public init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}
