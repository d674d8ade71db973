// Why: an account's user goes on at another of his accounts, and his contacts are told.
// Invariant: only an account that can be gone on at can be chosen.

import Foundation
import LinnetCore
import Observation

/// How far it is. Whatever the numbers are, none of these is below zero or above all contacts.
extension MovedItem {
    /// Contacts who are told, or can't be.
    public var done: UInt32 { total - min(left, total) }
    /// Contacts whom the new account's server has taken.
    public var taken: UInt32 { total - min(refused, total) }
}

/// What the screen of a move shows and does.
@MainActor @Observable
public final class MovedModel: Identifiable {
    /// Why an account can't be gone on at.
    public enum Obstacle: Sendable {
        case offline, moved
    }

    /// The account.
    public let id: Int64
    /// Where to, as the user has chosen it.
    public var chosen: Int64?
    public private(set) var isBusy = false
    public private(set) var problem: CommandError?

    /// As it is now; `nil` once it is gone.
    public var account: AccountItem? { accounts().first { $0.id == id } }
    /// Where the user may have gone.
    public var others: [AccountItem] { accounts().filter { $0.id != id && $0.signedIn } }
    /// Where to, if one can go there. Where there is no choice, none has to be made.
    public var target: AccountItem? {
        let wanted = chosen ?? (others.count == 1 ? others.first?.id : nil)
        return others.first { $0.id == wanted && Self.obstacle($0) == nil }
    }

    @ObservationIgnored private let client: Client
    @ObservationIgnored private let accounts: @MainActor () -> [AccountItem]

    init(client: Client, account: Int64, accounts: @escaping @MainActor () -> [AccountItem]) {
        (self.client, id, self.accounts) = (client, account, accounts)
    }

    public nonisolated static func obstacle(_ account: AccountItem) -> Obstacle? {
        if let moved = account.moved, moved.state != .refused { return .moved }
        switch account.connection {
        case .online, .catchingUp: return nil
        default: return .offline
        }
    }

    /// Another device may have said so. Without an answer what is known here is shown.
    public func ask() async {
        try? await client.askMoved(account: id)
    }

    public func move() async {
        guard let target else { return }
        await attempt { try await client.publishMoved(account: id, to: target.id) }
    }

    public func takeBack() async {
        await attempt { try await client.retractMoved(account: id) }
    }

    private func attempt(_ command: () async throws -> Void) async {
        guard !isBusy else { return }
        (isBusy, problem) = (true, nil)
        defer { isBusy = false }
        do { try await command() } catch { problem = error as? CommandError ?? .Internal }
    }
}
