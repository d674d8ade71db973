// Why: what stands on the lock screen, without a lock screen.

import Observation
import Presentation

/// A notification centre that remembers what was put on it.
@MainActor @Observable
final class Desk: NotificationDesk {
    /// What stands there now.
    private(set) var shown: [String: ChatNotification] = [:]
    /// Everything that was ever posted.
    private(set) var posts: [ChatNotification] = []
    private(set) var badge: Int?
    private(set) var asked = 0
    var allowed = NotificationPermission.undecided

    init(shown: [String] = []) {
        for id in shown {
            self.shown[id] = ChatNotification(id: id, chat: 0, title: "", body: "", unread: 1, alerts: true)
        }
    }

    func post(_ notification: ChatNotification) async {
        shown[notification.id] = notification
        posts.append(notification)
    }

    func withdraw(_ ids: [String]) async {
        for id in ids { shown[id] = nil }
    }

    func posted() async -> Set<String> { Set(shown.keys) }
    func setBadge(_ count: Int) async { badge = count }
    func permission() async -> NotificationPermission { allowed }

    func askPermission() async {
        asked += 1
        allowed = .granted
    }

    /// The user swipes one away.
    func dismiss(_ id: String) { shown[id] = nil }
}
