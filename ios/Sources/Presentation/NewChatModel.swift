// Why: a chat begins with an address; the core makes it and asks the person to be a contact.

import Foundation
import LinnetCore
import Observation

/// What the new-chat screen shows and does.
@MainActor @Observable
public final class NewChatModel {
    public var address = "" {
        didSet { if address != oldValue { problem = nil } }
    }
    public var account: Int64?
    public private(set) var isStarting = false
    public private(set) var problem: CommandError?
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
