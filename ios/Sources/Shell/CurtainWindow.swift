// Why: what SwiftUI lays over a screen lies below its sheets and alerts; among the open apps they would stand in the
// picture, and be there for whoever comes back before the core has said that the lock is open. A window of its own stands
// above all of them.
// Invariants: it takes no keyboard from the windows below, so whoever comes back finds everything as it was; while it
// stands, nothing below is touched or read aloud.

import UIKit

/// Hides every window of the app, or none.
@MainActor
public final class CurtainWindow {
    private var windows: [UIWindow] = []
    /// Windows below, which VoiceOver passes over meanwhile.
    private var hidden: [UIWindow] = []

    public init() {}

    /// Draws it, or opens it.
    public func draw(_ isDrawn: Bool) {
        guard isDrawn else {
            for window in windows { window.isHidden = true }
            for window in hidden { window.accessibilityElementsHidden = false }
            (windows, hidden) = ([], [])
            return
        }
        guard windows.isEmpty else { return }
        let scenes = UIApplication.shared.connectedScenes.compactMap { $0 as? UIWindowScene }
        hidden = scenes.flatMap(\.windows).filter { !$0.accessibilityElementsHidden }
        for window in hidden { window.accessibilityElementsHidden = true }
        windows = scenes.map { Self.window(over: $0) }
    }

    private static func window(over scene: UIWindowScene) -> UIWindow {
        let window = UIWindow(windowScene: scene)
        let nothing = UIViewController()
        nothing.view.backgroundColor = .systemBackground
        nothing.view.accessibilityElementsHidden = true
        window.rootViewController = nothing
        // Alerts, too, are windows.
        window.windowLevel = UIWindow.Level(rawValue: UIWindow.Level.alert.rawValue + 1)
        // Shown, but not made key: the field that is written in stays the one.
        window.isHidden = false
        return window
    }
}
