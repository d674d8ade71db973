// Why: which notifications stand on the lock screen follows from the core's list of chats with unread messages; this
// model turns each change of the list into posts and withdrawals.
// Invariants: one notification a chat, under the row's key; a message makes noise once; what is read anywhere is
// withdrawn here; nothing is posted about the chat that the user is looking at.

import CoreAdapters
import Foundation
import LinnetCore
import Observation

/// What a chat's notification says.
public struct ChatNotification: Equatable, Sendable {
    public let id: String
    public let chat: Int64
    /// Empty if it shall not tell from whom.
    public let title: String
    /// The newest unread message, in short; empty if it shall not tell what.
    public let body: String
    /// All unread messages of the chat.
    public let unread: Int
    /// It makes itself heard; else it comes quietly, or replaces what stands there already.
    public let alerts: Bool
    /// The file of the picture of who writes, a JPEG or PNG.
    public let picture: Data?
    /// Which of several accounts it came in on.
    public let account: String?

    public init(
        id: String, chat: Int64, title: String, body: String, unread: Int, alerts: Bool, picture: Data? = nil,
        account: String? = nil
    ) {
        self.id = id
        self.chat = chat
        self.title = title
        self.body = body
        self.unread = unread
        self.alerts = alerts
        self.picture = picture
        self.account = account
    }

    /// Whose it is, and how many there are unless its text says that; `counted` in words.
    public func subtitle(counted: String) -> String {
        let many = unread > 1 && !body.isEmpty ? counted : nil
        return [account, many].compactMap { $0 }.joined(separator: " · ")
    }
}

/// What the user decided about notifications.
public enum NotificationPermission: Equatable, Sendable {
    case undecided
    case granted
    case refused
}

/// Where notifications are put: the system's notification centre.
@MainActor
public protocol NotificationDesk: AnyObject {
    /// Puts it there, in place of one with the same id.
    func post(_ notification: ChatNotification) async
    func withdraw(_ ids: [String]) async
    /// The ids of those that stand there now: users dismiss them too.
    func posted() async -> Set<String>
    /// The number on the app's icon.
    func setBadge(_ count: Int) async
    func permission() async -> NotificationPermission
    /// Asks the user. The system does so once only.
    func askPermission() async
}

/// Follows what there is to tell outside the app.
@MainActor @Observable
public final class NotificationsModel {
    public private(set) var permission = NotificationPermission.undecided

    /// Where the user's eyes are.
    struct Attention {
        var isActive = true
        /// The chat on screen.
        var chat: Int64?
        /// What was missed is being read right now.
        var isCatchingUp = false
    }

    @ObservationIgnored var attention = Attention()
    @ObservationIgnored private let desk: any NotificationDesk
    /// The lines each row had when it was last looked at.
    @ObservationIgnored private var known: [String: NotificationItem]?
    @ObservationIgnored private var badge: Int?
    /// Pictures of who writes.
    @ObservationIgnored private var people: People?

    public init(desk: any NotificationDesk) {
        self.desk = desk
    }

    /// Follows the core until the task is cancelled.
    func run(_ client: Client) async {
        permission = await desk.permission()
        people = People { await client.picture(name: $0) }
        // A store that can't be read is told on screen; without it there is nothing to post.
        do {
            for try await snapshot in client.notifications().snapshots { await take(snapshot.items) }
        } catch {}
    }

    /// The user has written to someone and will want to hear the answer: the moment to ask for permission.
    public func expectAnswer() async {
        permission = await desk.permission()
        guard permission == .undecided else { return }
        await desk.askPermission()
        permission = await desk.permission()
    }

    /// The user may have changed the system's settings meanwhile.
    public func refreshPermission() async {
        permission = await desk.permission()
    }

    private func take(_ items: [NotificationItem]) async {
        let present = Set(items.map(\.key))
        if let known {
            await withdraw(known.keys.filter { !present.contains($0) })
            for item in items where known[item.key] != item { await tell(item, before: known[item.key]) }
        } else {
            // What was unread before the app started was told then, or is seen in the list now.
            await withdraw(await desk.posted().filter { !present.contains($0) })
        }
        known = Dictionary(uniqueKeysWithValues: items.map { ($0.key, $0) })
        await count(items)
    }

    private func tell(_ item: NotificationItem, before: NotificationItem?) async {
        guard let newest = item.lines.last else { return }
        if attention.isActive && attention.chat == item.chat { return }
        // Deleting the newest message makes an older one the last, and that is no news.
        let isNews = !(before?.lines.contains { $0.message == newest.message } ?? false)
        if !isNews {
            guard await desk.posted().contains(item.key) else { return }
        }
        let isMissed = attention.isActive && attention.isCatchingUp
        await desk.post(
            ChatNotification(
                id: item.key, chat: item.chat, title: item.title, body: newest.body, unread: Int(item.unread),
                alerts: isNews && !isMissed && !item.silent, picture: await people?.picture(item.picture),
                account: item.accountTitle))
    }

    private func withdraw(_ ids: some Sequence<String>) async {
        let ids = ids.sorted()
        if !ids.isEmpty { await desk.withdraw(ids) }
    }

    private func count(_ items: [NotificationItem]) async {
        let unread = items.reduce(0) { $0 + Int($1.unread) }
        guard unread != badge else { return }
        badge = unread
        await desk.setBadge(unread)
    }
}
