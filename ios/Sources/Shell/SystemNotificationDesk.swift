// Why: NotificationsModel decides, iOS shows.
// Invariant: what crosses to the notification centre and back are plain values: its own classes stay in the functions
// that made them.

import Foundation
import Presentation
import UserNotifications

/// The system's notification centre.
@MainActor
public final class SystemNotificationDesk: NotificationDesk {
    public init() {}

    public func post(_ notification: ChatNotification) async { await Center.add(notification) }

    public func withdraw(_ ids: [String]) async {
        UNUserNotificationCenter.current().removeDeliveredNotifications(withIdentifiers: ids)
    }

    public func posted() async -> Set<String> { await Center.posted() }

    public func setBadge(_ count: Int) async { await Center.setBadge(count) }

    public func permission() async -> NotificationPermission { await Center.permission() }

    public func askPermission() async { await Center.ask() }
}

private enum Center {
    static func add(_ notification: ChatNotification) async {
        let content = UNMutableNotificationContent()
        content.title = notification.title
        let words = Bundle.main.localizedString(forKey: "chats_unread %lld", value: nil, table: nil)
        let unread = String.localizedStringWithFormat(words, notification.unread)
        content.subtitle = notification.subtitle(counted: unread)
        // iOS shows nothing of one that says nothing.
        content.body = notification.body.isEmpty ? unread : notification.body
        content.threadIdentifier = notification.id
        content.userInfo = [NotificationTaps.chatKey: String(notification.chat)]
        if notification.alerts {
            content.sound = .default
        } else {
            content.interruptionLevel = .passive
        }
        if let face = notification.picture.flatMap(attachment) { content.attachments = [face] }
        let request = UNNotificationRequest(identifier: notification.id, content: content, trigger: nil)
        // Without permission nothing is shown, and that is what the user wants.
        try? await UNUserNotificationCenter.current().add(request)
    }

    /// The system takes the file over; where it can't, there is a notification without a picture.
    private static func attachment(_ picture: Data) -> UNNotificationAttachment? {
        let ending = picture.starts(with: [0xff, 0xd8]) ? "jpg" : "png"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).\(ending)")
        do {
            try picture.write(to: file, options: .atomic)
            return try UNNotificationAttachment(identifier: "", url: file, options: nil)
        } catch {
            try? FileManager.default.removeItem(at: file)
            return nil
        }
    }

    static func posted() async -> Set<String> {
        Set(await UNUserNotificationCenter.current().deliveredNotifications().map(\.request.identifier))
    }

    static func setBadge(_ count: Int) async {
        try? await UNUserNotificationCenter.current().setBadgeCount(count)
    }

    static func permission() async -> NotificationPermission {
        switch await UNUserNotificationCenter.current().notificationSettings().authorizationStatus {
        case .notDetermined: .undecided
        case .denied: .refused
        case .authorized, .provisional, .ephemeral: .granted
        @unknown default: .refused
        }
    }

    static func ask() async {
        // The answer is read from the settings.
        _ = try? await UNUserNotificationCenter.current().requestAuthorization(options: [.alert, .badge, .sound])
    }
}

/// Tells which notifications the user taps, and lets them show above the open app.
public final class NotificationTaps: NSObject, UNUserNotificationCenterDelegate {
    static let chatKey = "chat"

    /// The chats to open, for one listener.
    public let chats: AsyncStream<Int64>
    private let report: AsyncStream<Int64>.Continuation

    public override init() {
        (chats, report) = AsyncStream.makeStream(of: Int64.self, bufferingPolicy: .bufferingNewest(1))
        super.init()
    }

    /// To be called before the app has finished launching, or the tap that launched it is lost. The centre does not
    /// keep its delegate.
    public func listen() {
        UNUserNotificationCenter.current().delegate = self
    }

    public func userNotificationCenter(
        _ center: UNUserNotificationCenter, willPresent notification: UNNotification,
        withCompletionHandler completionHandler: @escaping (UNNotificationPresentationOptions) -> Void
    ) {
        completionHandler(notification.request.content.sound == nil ? [.list] : [.banner, .list, .sound])
    }

    public func userNotificationCenter(
        _ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse,
        withCompletionHandler completionHandler: @escaping () -> Void
    ) {
        let chat = response.notification.request.content.userInfo[Self.chatKey] as? String
        if let chat = chat.flatMap({ Int64($0) }) { report.yield(chat) }
        completionHandler()
    }
}
