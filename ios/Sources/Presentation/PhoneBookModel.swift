// Why: who is in the phone book with a Jabber address is a contact by one tap.
// Invariant: the phone book is read on this phone only, after the user was asked; nothing happens to anybody in it before
// he is chosen.

import Foundation
import LinnetCore
import Observation

/// One entry of the phone book, with whatever it says that may be an address.
public struct PhoneBookEntry: Equatable, Sendable {
    public let name: String
    public let values: [String]

    public init(name: String, values: [String]) {
        (self.name, self.values) = (name, values)
    }
}

/// What the user said about the phone book.
public enum PhoneBookPermission: Equatable, Sendable {
    case unasked, granted, refused
}

/// The phone book of a device.
public protocol PhoneBook: Sendable {
    var permission: PhoneBookPermission { get }
    /// Asks the user; whether he agreed.
    func ask() async -> Bool
    /// Entries that may hold an address.
    func entries() async throws -> [PhoneBookEntry]
}

/// Somebody of the phone book who can be reached.
public struct FoundPerson: Equatable, Identifiable, Sendable {
    public let name: String
    public let address: String
    public var id: String { address }

    public init(name: String, address: String) {
        (self.name, self.address) = (name, address)
    }
}

/// What the screen of the phone book shows and does.
@MainActor @Observable
public final class PhoneBookModel: Identifiable {
    public private(set) var permission: PhoneBookPermission
    /// `nil` until it was read.
    public private(set) var found: [FoundPerson]?
    public private(set) var isUnreadable = false
    public private(set) var isWorking = false
    public var account: Int64?
    public var problem: CommandError?
    /// The accounts that can add somebody.
    public let accounts: [AccountItem]

    @ObservationIgnored private let client: Client
    @ObservationIgnored private let book: any PhoneBook
    @ObservationIgnored private let own: Set<String>

    init(client: Client, book: any PhoneBook, accounts: [AccountItem]) {
        (self.client, self.book, permission) = (client, book, book.permission)
        own = Set(accounts.map(\.address))
        self.accounts = accounts.filter(\.signedIn)
        account = self.accounts.first?.id
    }

    /// Asks for the phone book, and reads it.
    public func allow() async {
        permission = await book.ask() ? .granted : .refused
        await read()
    }

    /// Reads it, if that is allowed.
    public func read() async {
        permission = book.permission
        guard permission == .granted else { return }
        let (book, own) = (self.book, self.own)
        do {
            let entries = try await book.entries()
            found = await Task.detached(priority: .userInitiated) { Self.found(entries, without: own) }.value
        } catch {
            isUnreadable = true
        }
    }

    /// Starts the chat with somebody, under the name that the phone book has; `nil` if it could not.
    public func add(_ person: FoundPerson) async -> Int64? {
        guard let account, !isWorking else { return nil }
        isWorking = true
        defer { isWorking = false }
        let name = person.name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        do {
            return try await client.startChat(account: account, address: "xmpp:\(person.address)?roster;name=\(name)")
        } catch {
            problem = error as? CommandError ?? .Internal
            return nil
        }
    }

    private nonisolated static func found(_ entries: [PhoneBookEntry], without own: Set<String>) -> [FoundPerson] {
        var seen = own
        var found: [FoundPerson] = []
        for entry in entries {
            for value in entry.values {
                guard let address = address(of: value), seen.insert(address).inserted else { continue }
                found.append(FoundPerson(name: entry.name.isEmpty ? address : entry.name, address: address))
            }
        }
        return found.sorted { $0.name.lowercased() < $1.name.lowercased() }
    }

    /// What the core takes for somebody's address; a page on the web is none.
    private nonisolated static func address(of value: String) -> String? {
        switch try? readLink(text: value.trimmingCharacters(in: .whitespacesAndNewlines)) {
        case .chat(let address, _, _), .contact(let address, _, _, _, _): address
        case .remove, .unsubscribe, .signUp, .page, nil: nil
        }
    }
}
