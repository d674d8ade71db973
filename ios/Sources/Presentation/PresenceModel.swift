// Why: how much the user is there for one account, and in his words.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What the screen about one's own presence shows and does.
@MainActor @Observable
public final class PresenceModel: Identifiable {
    /// The account.
    public let id: Int64
    public private(set) var account: AccountItem?
    /// What the user says of his presence, as it is being edited.
    public var status = ""
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?

    /// More than the core takes, which counts as XMPP does.
    public var isTooLong: Bool { trimmed.unicodeScalars.count > Int(longestStatus()) }
    /// There is something to save.
    public var canSave: Bool { account != nil && !isTooLong && trimmed != account?.own.status ?? "" }

    @ObservationIgnored private let client: Client
    /// What was asked for last: the account tells of it a moment later, and nothing of it must be taken back till then.
    @ObservationIgnored private var wish: (show: Show, status: String)?

    public init(client: Client, account: Int64) {
        self.client = client
        id = account
    }

    /// Follows the account until the task is cancelled.
    public func run() async {
        storeFailed = false
        do {
            for try await snapshot in client.accounts().snapshots {
                let isFirst = account == nil
                account = snapshot.items.first { $0.id == id }
                if isFirst { status = account?.own.status ?? "" }
            }
        } catch {
            storeFailed = true
        }
    }

    /// Says how much the user is there. What is being typed stays in its field until it is saved.
    public func choose(_ show: Show) async {
        await say { $0.show = show }
    }

    /// Says it in the edited words.
    public func saveStatus() async {
        let words = trimmed
        await say { $0.status = words }
    }

    /// Says it without words.
    public func clearStatus() async {
        status = ""
        await saveStatus()
    }

    private var trimmed: String { status.trimmingCharacters(in: .whitespacesAndNewlines) }

    private func say(_ change: (inout (show: Show, status: String)) -> Void) async {
        guard let own = account?.own else { return }
        var said = wish ?? (own.show, own.status ?? "")
        change(&said)
        wish = said
        do {
            try await client.setPresence(account: id, show: said.show, status: said.status)
        } catch {
            wish = nil
            problem = error as? CommandError ?? .Internal
        }
    }
}

extension AccountItem {
    /// What the user chose, or what counts until he does.
    public var own: OwnPresence { presence ?? OwnPresence(show: .available, status: nil, autoAway: true) }
}

extension [AccountItem] {
    /// Of several the one that is easiest to forget.
    public var show: Show {
        let all = map(\.own.show)
        if all.contains(.doNotDisturb) { return .doNotDisturb }
        return all.contains(.away) ? .away : .available
    }
}
