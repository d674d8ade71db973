// Why: the first screen after signing in: chats, newest first, and how many strangers wait.
// Invariant: what is being written in a chat is kept here until it is sent, whatever screens come and go meanwhile.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// A chat on the way to the screen.
public struct ChatPlace: Hashable, Sendable {
    public let chat: Int64
    /// What is known of its title before the chat itself says it.
    public let title: String

    public init(chat: Int64, title: String) {
        self.chat = chat
        self.title = title
    }
}

/// What the chat list shows and does.
@MainActor @Observable
public final class ChatListModel {
    /// How many chats the window grows by when the user reaches its end.
    static let page: UInt32 = 200

    public private(set) var chats: [ChatItem] = []
    public private(set) var requests: [RequestItem] = []
    /// The first batch has come: an empty list is really empty.
    public private(set) var isLoaded = false
    /// Nothing is after the last chat.
    public private(set) var atEnd = true
    /// The local store can't be read; `run` can be called again.
    public private(set) var storeFailed = false
    /// The last command that could not be carried out, until the user has seen it.
    public var problem: CommandError?
    /// What is open above the list.
    public var path: [ChatPlace] = []
    /// The screen of one's own accounts, until the user closes it: the lock does not.
    public var accounts: AccountsModel? {
        didSet { if let gone = oldValue, gone !== accounts { gone.closeScreens() } }
    }
    /// Other screens above the list, likewise.
    public var newChat: NewChatModel?
    public var signingInAgain: SignInAgainModel?
    public var certificate: CertificateModel?
    public var openRequests: RequestsModel?
    public var presence: PresenceModel?

    @ObservationIgnored public let client: Client
    @ObservationIgnored private var list: ChatListSubscription?
    @ObservationIgnored private var isGrowing = false
    /// What is being written, by chat.
    @ObservationIgnored private var drafts: [Int64: ChatDraft] = [:]

    public init(client: Client) {
        self.client = client
    }

    /// Follows chats, of all accounts or of one, and requests until the task is cancelled.
    public func run(showing account: Int64? = nil) async {
        storeFailed = false
        async let asking: Void = followRequests()
        let list = client.chatList(account: account)
        self.list = list
        do {
            for try await snapshot in list.snapshots {
                (chats, atEnd, isGrowing) = (snapshot.items, snapshot.atEnd, false)
                isLoaded = true
            }
        } catch {
            storeFailed = true
        }
        self.list = nil
        await asking
    }

    /// The last chats are on screen: more of them are shown.
    public func showMore() {
        guard let list, !atEnd, !isGrowing else { return }
        isGrowing = true
        list.loadMore(count: Self.page)
    }

    /// Goes to a chat, from wherever the user is; with `from` only from that chat: who has left it wants no other.
    public func openChat(_ chat: Int64, title: String? = nil, draft: String? = nil, from: Int64? = nil) {
        guard from == nil || path.last?.chat == from else { return }
        if let draft { self.draft(of: chat).propose(draft) }
        closeScreens()
        guard path.last?.chat != chat else { return }
        path = [ChatPlace(chat: chat, title: title ?? chats.first { $0.id == chat }?.title ?? "")]
    }

    /// The screen of a chat, with what was being written there.
    public func chat(_ place: ChatPlace) -> ChatModel {
        ChatModel(client: client, chat: place.chat, title: place.title, draft: draft(of: place.chat))
    }

    /// Only the list stays on screen.
    public func closeScreens() {
        (accounts, newChat, signingInAgain, certificate, openRequests, presence) = (nil, nil, nil, nil, nil, nil)
    }

    /// Shows one account's chats, or all; kept by the core, and so `LockModel.settings` tells it.
    public func show(_ account: Int64?) async {
        await attempt { try await client.showAccount(account: account) }
    }

    /// Deletes the chat's messages on this device.
    public func delete(_ chat: ChatItem) async {
        await attempt { try await client.deleteChat(chat: chat.id) }
    }

    private func draft(of chat: Int64) -> ChatDraft {
        if let kept = drafts[chat] { return kept }
        let new = ChatDraft()
        drafts[chat] = new
        return new
    }

    private func followRequests() async {
        do {
            for try await snapshot in client.requests().snapshots { requests = snapshot.items }
        } catch {
            storeFailed = true
        }
    }

    private func attempt(_ command: () async throws -> Void) async {
        do { try await command() } catch { problem = error as? CommandError ?? .Internal }
    }
}
