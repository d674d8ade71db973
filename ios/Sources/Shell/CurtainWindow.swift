// Why: what SwiftUI lays over a screen lies below its sheets and alerts; among the open apps they would stand in the
// picture. A window of its own stands above all of them.
// Invariant: it takes neither touches nor the keyboard, so whoever comes back finds everything as it was.

import UIKit

/// Hides every window of the app, or none.
@MainActor
public final class CurtainWindow {
    private var windows: [UIWindow] = []

    public init() {}

    /// Draws it, or opens it.
    public func draw(_ isDrawn: Bool) {
        guard isDrawn else {
            for window in windows { window.isHidden = true }
            windows = []
            return
        }
        guard windows.isEmpty else { return }
        windows = UIApplication.shared.connectedScenes.compactMap { $0 as? UIWindowScene }.map { Self.window(over: $0) }
    }

    private static func window(over scene: UIWindowScene) -> UIWindow {
        let window = UIWindow(windowScene: scene)
        let nothing = UIViewController()
        nothing.view.backgroundColor = .systemBackground
        nothing.view.accessibilityElementsHidden = true
        window.rootViewController = nothing
        // Alerts, too, are windows.
        window.windowLevel = UIWindow.Level(rawValue: UIWindow.Level.alert.rawValue + 1)
        window.isUserInteractionEnabled = false
        // Shown, but not made key: the field that is written in stays the one.
        window.isHidden = false
        return window
    }
}
