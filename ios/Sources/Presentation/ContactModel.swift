// Why: who a contact is and where they are, and everything the user may want to change about that.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What the screen of a contact shows and does.
@MainActor @Observable
public final class ContactModel: Identifiable {
    /// The chat with the contact.
    public let id: Int64
    public private(set) var contact: ContactItem?
    /// Their address as a code, for somebody else.
    public private(set) var drawn: QrCode?
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?
    /// The name and the tags, with commas between them, as they are being edited.
    public var name = ""
    public var tags = ""

    @ObservationIgnored private let client: Client
    @ObservationIgnored private var drawnLink: String?

    public init(client: Client, chat: Int64) {
        self.client = client
        id = chat
    }

    /// Follows the contact until the task is cancelled.
    public func run() async {
        storeFailed = false
        do {
            for try await snapshot in client.contact(chat: id).snapshots {
                contact = snapshot.items.first
                draw()
            }
        } catch {
            storeFailed = true
        }
    }

    /// Asks what the contact tells of themselves, once it is known who that is.
    public func askVcard() async {
        guard let contact, !contact.noteToSelf else { return }
        await attempt { try await client.askVcard(account: $0.account, address: $0.address) }
    }

    /// What is edited begins with what there is.
    public func edit() {
        name = contact?.name ?? ""
        tags = contact?.tags.joined(separator: ", ") ?? ""
    }

    /// Gives the contact the edited name and tags, for all devices.
    public func save() async {
        let tags = self.tags.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        await attempt { contact in
            try await client.editContact(
                account: contact.account, address: contact.address, name: name, tags: tags.filter { !$0.isEmpty })
        }
    }

    /// Asks to see when they are online, and lets them see when we are.
    public func add() async {
        await attempt { try await client.addContact(account: $0.account, address: $0.address) }
    }

    /// Neither sees the other any more; the chat stays.
    public func remove() async {
        await attempt { try await client.removeContact(account: $0.account, address: $0.address) }
    }

    /// Whether notifications tell of the chat.
    public func setMuted(_ muted: Bool) async {
        await attempt { _ in try await client.setMuted(chat: id, muted: muted) }
    }

    /// Tells the contact something otherwise than all, or not any more.
    public func except(_ setting: PrivacySetting, _ allowed: Bool?) async {
        await attempt { contact in
            try await client.setException(
                account: contact.account, address: contact.address, setting: setting, allowed: allowed)
        }
    }

    /// Asks what a device of theirs is. They learn that somebody looks: only when the user wants to know.
    public func askDevice(_ device: String) async {
        await attempt { _ in try await client.askContactDevice(chat: id, device: device) }
    }

    /// Hears nothing any more of the contact, or of everybody on their server.
    public func block(server: Bool = false, report: Report? = nil) async {
        await attempt { contact in
            let address = server ? contact.server : contact.address
            try await client.block(account: contact.account, address: address, report: report)
        }
    }

    /// Hears them again.
    public func unblock() async {
        await attempt { try await client.unblock(account: $0.account, address: $0.address) }
    }

    private func draw() {
        guard let link = contact?.link, link != drawnLink else { return }
        drawnLink = link
        // What is too long to be drawn can still be sent.
        drawn = try? drawQr(text: link)
    }

    private func attempt(_ command: (ContactItem) async throws -> Void) async {
        guard let contact else { return }
        do { try await command(contact) } catch { problem = error as? CommandError ?? .Internal }
    }
}

extension ContactItem {
    /// The domain of the contact.
    public var server: String { String(address.split(separator: "@").last ?? "") }
    /// They can be asked for their presence.
    public var canBeAsked: Bool { !blocked && !asked && !weSee }
}
