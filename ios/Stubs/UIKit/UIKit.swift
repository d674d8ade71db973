// Why: a type-checking stand-in for the few names of UIKit in use; rules as in Stubs/SwiftUI/View.swift.
import Foundation

func stub() -> Never { fatalError("UIKit's stand-in can't run") }

open class UIColor: NSObject, @unchecked Sendable {
    public class var systemBackground: UIColor { stub() }
    public class var secondarySystemBackground: UIColor { stub() }
}

public struct UITextContentType: Hashable, RawRepresentable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let username = UITextContentType(rawValue: "username")
    public static let password = UITextContentType(rawValue: "password")
    public static let newPassword = UITextContentType(rawValue: "newPassword")
    public static let name = UITextContentType(rawValue: "name")
    public static let organizationName = UITextContentType(rawValue: "organizationName")
    public static let emailAddress = UITextContentType(rawValue: "emailAddress")
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let URL = UITextContentType(rawValue: "URL")
}
public enum UIKeyboardType: Int, Sendable {
    case `default` = 0
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case URL = 3
    case numberPad = 4
    case emailAddress = 7
}

open class CALayer: NSObject {}
@MainActor open class UIView: NSObject {
    public override init() {}
    open class var layerClass: AnyClass { CALayer.self }
    open var layer: CALayer { stub() }
    open var backgroundColor: UIColor?
    open var isHidden: Bool = false
    open var isUserInteractionEnabled: Bool = true
    open var accessibilityElementsHidden: Bool = false
}
@MainActor open class UIViewController: NSObject {
    public override init() {}
    // swift-format-ignore: NeverUseImplicitlyUnwrappedOptionals
    open var view: UIView!
}
@MainActor open class UIScene: NSObject {}
@MainActor open class UIWindowScene: UIScene {
    open var windows: [UIWindow] { stub() }
}
@MainActor open class UIWindow: UIView {
    public struct Level: Hashable, RawRepresentable, Sendable {
        public let rawValue: CGFloat
        public init(rawValue: CGFloat) { self.rawValue = rawValue }
        public static let alert = Level(rawValue: 2000)
    }
    public init(windowScene: UIWindowScene) { super.init() }
    open var rootViewController: UIViewController?
    open var windowLevel: Level = Level(rawValue: 0)
}
open class UIImage: NSObject, @unchecked Sendable {
    open var size: CGSize { stub() }
    public init?(data: Data) { stub() }
}

@MainActor open class UIPasteboard: NSObject {
    public class var general: UIPasteboard { stub() }
    open var string: String?
    public struct OptionsKey: Hashable, RawRepresentable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let expirationDate = OptionsKey(rawValue: "UIPasteboardOptionExpirationDate")
        public static let localOnly = OptionsKey(rawValue: "UIPasteboardOptionLocalOnly")
    }
    open func setItems(_ items: [[String: Any]], options: [UIPasteboard.OptionsKey: Any] = [:]) {}
}

public struct UIBackgroundTaskIdentifier: Hashable, RawRepresentable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static let invalid = UIBackgroundTaskIdentifier(rawValue: 0)
}
@MainActor open class UIApplication: NSObject {
    public class var openSettingsURLString: String { stub() }
    public class var shared: UIApplication { stub() }
    open var connectedScenes: Set<UIScene> { stub() }
    public class var openNotificationSettingsURLString: String { stub() }
    open func beginBackgroundTask(
        withName name: String?, expirationHandler: (@MainActor @Sendable () -> Void)? = nil
    ) -> UIBackgroundTaskIdentifier { stub() }
    open func endBackgroundTask(_ identifier: UIBackgroundTaskIdentifier) {}
}
