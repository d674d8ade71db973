// Why: what others see of an account: its picture, its name and what is about the user, and who may see them.

import Foundation
import LinnetCore
import Observation

/// What the profile of one account does. What it shows is in the account itself.
@MainActor @Observable
public final class ProfileModel: Identifiable {
    /// A picture from the user's own library, of which a part is being chosen.
    public struct Chosen: Identifiable, Equatable, Sendable {
        public let id = UUID()
        /// As it was picked.
        let file: Data
        /// The same, upright and small enough to be shown.
        public let preview: Data
    }

    /// The account.
    public let id: Int64
    public var nickname: String
    /// What the user tells of themselves, as it is being edited.
    public var vcard: VcardDraft
    public private(set) var chosen: Chosen?
    /// What was picked is no picture, or too large.
    public private(set) var isUnreadable = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?

    @ObservationIgnored private let client: Client
    /// What is there already: a draft that says nothing else follows it.
    @ObservationIgnored private var shown: VcardFields
    @ObservationIgnored private let address: String

    public init(client: Client, account: AccountItem) {
        self.client = client
        id = account.id
        nickname = account.nickname ?? ""
        shown = account.vcard ?? VcardFields()
        vcard = VcardDraft(shown)
        address = account.address
    }

    /// Asks what the server has.
    public func open() async {
        await attempt { try await client.askVcard(account: id, address: address) }
    }

    /// Other words have come from the server; what the user has begun to write stays.
    public func follow(_ vcard: VcardFields) {
        if self.vcard.fields == shown { self.vcard = VcardDraft(vcard) }
        shown = vcard
    }

    /// Tells others about the user.
    public func saveVcard() async {
        shown = vcard.fields
        await attempt { try await client.setVcard(account: id, vcard: shown) }
    }

    /// The user has picked a file; `nil` if it can't be had.
    public func picked(_ file: Data?) async {
        isUnreadable = file == nil
        guard let file else { return }
        let preview = await Task.detached(priority: .userInitiated) { try? picturePreview(file: file) }.value
        isUnreadable = preview == nil
        if let preview { chosen = Chosen(file: file, preview: preview) }
    }

    /// Another picture, or none, is wanted after all.
    public func forget() {
        chosen = nil
    }

    /// Shows others this part of the picture.
    public func use(_ square: PictureSquare) async {
        guard let chosen else { return }
        self.chosen = nil
        await attempt { try await client.setPicture(account: id, file: chosen.file, square: square) }
    }

    /// Shows others no picture any more.
    public func remove() async {
        await attempt { try await client.removePicture(account: id) }
    }

    /// Tells others the name.
    public func saveNickname() async {
        await attempt { try await client.setNickname(account: id, nickname: nickname) }
    }

    /// Whether everyone may see it all, or contacts only.
    public func setOpen(_ open: Bool) async {
        await attempt { try await client.setProfileOpen(account: id, open: open) }
    }

    private func attempt(_ command: () async throws -> Void) async {
        do { try await command() } catch { problem = error as? CommandError ?? .Internal }
    }
}
