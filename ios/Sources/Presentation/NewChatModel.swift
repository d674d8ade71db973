// Why: a chat begins with an address; the core makes it and asks the person to be a contact. Who may be meant is shown
// while the address is typed.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What the new-chat screen shows and does.
@MainActor @Observable
public final class NewChatModel: Identifiable {
    public var address = "" {
        didSet { if address != oldValue { problem = nil } }
    }
    public var account: Int64?
    public private(set) var isStarting = false
    public private(set) var problem: CommandError?
    /// Contacts, then likely completions of the address.
    public private(set) var people: [PersonItem] = []
    /// The local store can't be read; `follow` can be called again.
    public private(set) var storeFailed = false
    /// The accounts a chat can start from.
    public let accounts: [AccountItem]

    public var canStart: Bool { account != nil && !isStarting && !trimmed.isEmpty }

    @ObservationIgnored private let client: Client

    /// `preferred` is the account whose chats are shown, if only one account's are.
    public init(client: Client, accounts: [AccountItem], preferred: Int64? = nil) {
        self.client = client
        self.accounts = accounts.filter(\.signedIn)
        account = self.accounts.first { $0.id == preferred }?.id ?? self.accounts.first?.id
    }

    /// What `follow` looks for; another value, another call.
    public var search: Search { Search(account: account, typed: trimmed) }

    /// See `search`.
    public struct Search: Hashable, Sendable {
        let account: Int64?
        let typed: String
    }

    /// Keeps `people` for what is typed now, until the task is cancelled.
    public func follow() async {
        guard let account else { return }
        storeFailed = false
        do {
            for try await snapshot in client.people(account: account, typed: trimmed).snapshots {
                people = snapshot.items
            }
        } catch {
            storeFailed = true
        }
    }

    /// A contact is written to: gives the chat. Anyone else is not yet sure to be meant: fills in the address.
    public func pick(_ person: PersonItem) async -> Int64? {
        address = person.address
        return person.contact ? await start() : nil
    }

    /// A chat with oneself, kept on all of one's devices.
    public func noteToSelf() async -> Int64? {
        guard let own = accounts.first(where: { $0.id == account }) else { return nil }
        address = own.address
        return await start()
    }

    /// Starts the chat, or finds the one there is; `nil` if it could not, and `problem` says why.
    public func start() async -> Int64? {
        guard canStart, let account else { return nil }
        isStarting = true
        defer { isStarting = false }
        do {
            return try await client.startChat(account: account, address: trimmed)
        } catch {
            problem = error as? CommandError ?? .Internal
            return nil
        }
    }

    private var trimmed: String { address.trimmingCharacters(in: .whitespacesAndNewlines) }
}
