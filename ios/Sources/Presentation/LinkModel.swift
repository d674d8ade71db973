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
    /// An account that is made with the invitation, until the user closes its screen: the lock does not.
    public var signingUp: SignUpModel? {
        didSet { if let gone = oldValue, gone !== signingUp { Task { await gone.cancel() } } }
    }

    /// Whom it is about.
    public var address: String? {
        switch link {
        case .chat(let address, _, _), .contact(let address, _, _, _, _): address
        case .remove(let address), .unsubscribe(let address): address
        case .signUp, .page: nil
        }
    }
    /// Where it leads who wants an account; `nil` if it does not.
    public var invitation: Invitation? {
        switch link {
        case .signUp(let server, let link, _, _): Invitation(domain: server, link: link)
        case .contact(let address, let link, _, _, true):
            Invitation(domain: address.split(separator: "@").last.map(String.init) ?? "", link: link)
        case .contact, .chat, .remove, .unsubscribe, .page: nil
        }
    }
    /// It leads to the user.
    public var isOwn: Bool { accounts.contains { $0.address == address } }
    /// There is something to say yes to, and someone to do it.
    public var canAccept: Bool { (target != nil || takesAway) && account != nil && !isOwn && !isWorking }
    /// It wants something to be no more.
    public var takesAway: Bool {
        switch link {
        case .remove, .unsubscribe: true
        case .chat, .contact, .signUp, .page: false
        }
    }

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

    /// Takes away what the link wants gone; whether it could, or `problem` says why not.
    public func takeAway() async -> Bool {
        guard canAccept, let account else { return false }
        isWorking = true
        defer { isWorking = false }
        do {
            switch link {
            case .remove(let address): try await client.removeContact(account: account, address: address)
            case .unsubscribe(let address): try await client.unsubscribe(account: account, address: address)
            case .chat, .contact, .signUp, .page: return false
            }
            return true
        } catch {
            problem = error as? CommandError ?? .Internal
            return false
        }
    }

    private var target: (link: String, body: String?)? {
        switch link {
        case .chat(_, let link, let body): (link, body)
        case .contact(_, let link, _, _, _): (link, nil)
        case .remove, .unsubscribe, .signUp, .page: nil
        }
    }
}
