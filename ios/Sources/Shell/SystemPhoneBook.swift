// Why: the system's contacts may say where somebody is on XMPP. They are read here, and what they say stays here.

import Contacts
import Foundation
import Presentation

/// The system's phone book.
public struct SystemPhoneBook: PhoneBook {
    /// Entries that are looked at: a phone book is no database.
    private static let most = 20_000

    public init() {}

    public var permission: PhoneBookPermission {
        switch CNContactStore.authorizationStatus(for: .contacts) {
        case .authorized: .granted
        case .notDetermined: .unasked
        default: .refused
        }
    }

    public func ask() async -> Bool {
        (try? await CNContactStore().requestAccess(for: .contacts)) ?? false
    }

    public func entries() async throws -> [PhoneBookEntry] {
        let keys: [any CNKeyDescriptor] = [
            CNContactGivenNameKey as NSString, CNContactFamilyNameKey as NSString,
            CNContactInstantMessageAddressesKey as NSString, CNContactUrlAddressesKey as NSString,
        ]
        var entries: [PhoneBookEntry] = []
        var left = Self.most
        try CNContactStore().enumerateContacts(with: CNContactFetchRequest(keysToFetch: keys)) { contact, stop in
            left -= 1
            if left <= 0 { stop.pointee = true }
            let values = Self.values(of: contact)
            if values.isEmpty { return }
            let name = [contact.givenName, contact.familyName].filter { !$0.isEmpty }.joined(separator: " ")
            entries.append(PhoneBookEntry(name: name, values: values))
        }
        return entries
    }

    private static func values(of contact: CNContact) -> [String] {
        let chats = contact.instantMessageAddresses.map(\.value).filter { address in
            ["jabber", "xmpp"].contains(address.service.lowercased())
        }
        let pages = contact.urlAddresses.map { $0.value as String }.filter { $0.lowercased().hasPrefix("xmpp:") }
        return chats.map(\.username) + pages
    }
}
