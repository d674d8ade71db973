// Why: anybody can print a code and write a link, so what one wants is shown, and done only if the user says so.

import Foundation
import LinnetCore
import Observation

/// What the screen of a link shows and does.
@MainActor @Observable
public final class LinkModel: Identifiable {
    public let link: Link
    /// Accounts that can do it.
    public let accounts: [AccountItem]
    public var account: Int64?
    public private(set) var isWorking = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?

    /// Whom it is about.
    public var address: String? {
        switch link {
        case .chat(let address, _, _), .contact(let address, _, _, _, _), .remove(let address): address
        case .signUp, .page: nil
        }
    }
    /// It leads to the user.
    public var isOwn: Bool { accounts.contains { $0.address == address } }
    /// There is something to say yes to, and someone to do it.
    public var canAccept: Bool { target != nil && account != nil && !isOwn && !isWorking }

    @ObservationIgnored private let client: Client

    public init(client: Client, link: Link, accounts: [AccountItem]) {
        self.client = client
        self.link = link
        self.accounts = accounts.filter(\.signedIn)
        account = self.accounts.first?.id
    }

    /// Opens the chat; `nil` if it could not, and `problem` says why. `body` is what the link proposes to write.
    public func accept() async -> (chat: Int64, body: String?)? {
        guard canAccept, let account, let target else { return nil }
        isWorking = true
        defer { isWorking = false }
        do {
            return (try await client.startChat(account: account, address: target.link), target.body)
        } catch {
            problem = error as? CommandError ?? .Internal
            return nil
        }
    }

    private var target: (link: String, body: String?)? {
        switch link {
        case .chat(_, let link, let body): (link, body)
        case .contact(_, let link, _, _, _): (link, nil)
        case .remove, .signUp, .page: nil
        }
    }
}
