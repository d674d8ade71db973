// Why: iOS freezes an app soon after it leaves the screen. The core must have closed its connections in good order
// before that, so the time for it is asked for from the system.
// Invariant: `resume` always follows a finished `suspend`, however quickly the user comes back.

import Foundation
import Presentation
import UIKit

/// Carries the scene's phase to the core.
@MainActor
public final class ScenePresence {
    private let app: AppModel
    private var isOnScreen = true
    private var last: Task<Void, Never>?

    public init(app: AppModel) {
        self.app = app
    }

    /// The scene came to or left the screen.
    public func show(_ onScreen: Bool) {
        guard onScreen != isOnScreen else { return }
        isOnScreen = onScreen
        let before = last
        let time = onScreen ? nil : BackgroundTime()
        last = Task { [app] in
            await before?.value
            if onScreen {
                await app.resume()
            } else {
                await app.suspend()
            }
            time?.end()
        }
    }
}

/// Time the system grants after the app left the screen; given back once.
@MainActor
private final class BackgroundTime {
    private var identifier = UIBackgroundTaskIdentifier.invalid

    init() {
        identifier = UIApplication.shared.beginBackgroundTask(withName: "suspend") { [weak self] in
            self?.end()
        }
    }

    func end() {
        guard identifier != .invalid else { return }
        UIApplication.shared.endBackgroundTask(identifier)
        identifier = .invalid
    }
}
