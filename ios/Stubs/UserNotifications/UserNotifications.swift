// Why: a type-checking stand-in for the few names of UserNotifications in use; rules as in Stubs/SwiftUI/View.swift.
// None of its classes is Sendable here: whether Apple's are differs between SDKs. The delegate's methods are optional
// with Apple and required here, so that a misspelt one is noticed.
import Foundation

func stub() -> Never { fatalError("UserNotifications' stand-in can't run") }

public struct UNAuthorizationOptions: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let badge = UNAuthorizationOptions(rawValue: 1)
    public static let sound = UNAuthorizationOptions(rawValue: 2)
    public static let alert = UNAuthorizationOptions(rawValue: 4)
}
public struct UNNotificationPresentationOptions: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let badge = UNNotificationPresentationOptions(rawValue: 1)
    public static let sound = UNNotificationPresentationOptions(rawValue: 2)
    public static let list = UNNotificationPresentationOptions(rawValue: 8)
    public static let banner = UNNotificationPresentationOptions(rawValue: 16)
}
public enum UNAuthorizationStatus: Int, Sendable {
    case notDetermined = 0
    case denied = 1
    case authorized = 2
    case provisional = 3
    case ephemeral = 4
}
public enum UNNotificationInterruptionLevel: UInt, Sendable { case passive, active, timeSensitive, critical }

open class UNNotificationSettings: NSObject {
    open var authorizationStatus: UNAuthorizationStatus { stub() }
}
open class UNNotificationSound: NSObject {
    open class var `default`: UNNotificationSound { stub() }
}
open class UNNotificationAttachment: NSObject {
    public convenience init(identifier: String, url URL: URL, options: [AnyHashable: Any]? = nil) throws { stub() }
}
open class UNNotificationContent: NSObject {
    open var title: String { stub() }
    open var sound: UNNotificationSound? { stub() }
    open var userInfo: [AnyHashable: Any] { stub() }
}
open class UNMutableNotificationContent: UNNotificationContent {
    open override var title: String {
        get { stub() }
        set {}
    }
    open var subtitle: String {
        get { stub() }
        set {}
    }
    open var body: String {
        get { stub() }
        set {}
    }
    open override var sound: UNNotificationSound? {
        get { stub() }
        set {}
    }
    open var attachments: [UNNotificationAttachment] {
        get { stub() }
        set {}
    }
    open var threadIdentifier: String {
        get { stub() }
        set {}
    }
    open override var userInfo: [AnyHashable: Any] {
        get { stub() }
        set {}
    }
    open var interruptionLevel: UNNotificationInterruptionLevel {
        get { stub() }
        set {}
    }
}
open class UNNotificationTrigger: NSObject {}
open class UNNotificationRequest: NSObject {
    public convenience init(identifier: String, content: UNNotificationContent, trigger: UNNotificationTrigger?) {
        stub()
    }
    open var identifier: String { stub() }
    open var content: UNNotificationContent { stub() }
}
open class UNNotification: NSObject {
    open var request: UNNotificationRequest { stub() }
}
open class UNNotificationResponse: NSObject {
    open var notification: UNNotification { stub() }
}

public protocol UNUserNotificationCenterDelegate: NSObjectProtocol {
    func userNotificationCenter(
        _ center: UNUserNotificationCenter, willPresent notification: UNNotification,
        withCompletionHandler completionHandler: @escaping (UNNotificationPresentationOptions) -> Void)
    func userNotificationCenter(
        _ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse,
        withCompletionHandler completionHandler: @escaping () -> Void)
}

open class UNUserNotificationCenter: NSObject {
    open class func current() -> UNUserNotificationCenter { stub() }
    open weak var delegate: (any UNUserNotificationCenterDelegate)?
    open func requestAuthorization(options: UNAuthorizationOptions = []) async throws -> Bool { stub() }
    open func notificationSettings() async -> UNNotificationSettings { stub() }
    open func add(_ request: UNNotificationRequest) async throws { stub() }
    open func deliveredNotifications() async -> [UNNotification] { stub() }
    open func removeDeliveredNotifications(withIdentifiers identifiers: [String]) {}
    open func setBadgeCount(_ newBadgeCount: Int) async throws { stub() }
}
