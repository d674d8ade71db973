// Why: where iOS starts the app. Everything else lives in the package, so that it can be checked without Xcode.

import LinnetCore
import Presentation
import Shell
import SwiftUI
import Views

@main
struct LinnetApp: App {
    @State private var app: AppModel
    @State private var presence: ScenePresence
    @State private var taps: NotificationTaps
    @State private var curtain = CurtainWindow()
    @Environment(\.scenePhase) private var phase

    init() {
        let platform = ApplePlatform(identifier: "org.linnet.app")
        let taps = NotificationTaps()
        taps.listen()
        let app = AppModel(desk: SystemNotificationDesk(), owner: DeviceOwner(), book: SystemPhoneBook()) {
            try Client.open(options: StoreFile.options(), platform: platform, network: AppleNetwork())
        } erase: {
            try StoreFile.erase()
            platform.forgetKey()
        } download: { url in
            await ProviderDownload.text(at: url)
        }
        _app = State(initialValue: app)
        _presence = State(initialValue: ScenePresence(app: app))
        _taps = State(initialValue: taps)
    }

    var body: some Scene {
        WindowGroup {
            RootView(app: app, curtain: curtain.draw)
                .task {
                    for await change in NetworkPath.changes() {
                        app.setMetered(change.isMetered)
                        if change.moved { app.networkChanged() }
                    }
                }
                .task {
                    for await chat in taps.chats { app.openChat(chat) }
                }
                .onOpenURL { app.openLink($0.absoluteString) }
                // Inactive is a moment under a banner or the app switcher; only the background ends connections.
                .onChange(of: phase) { _, phase in
                    if phase != .inactive { presence.show(phase == .active) }
                }
        }
    }
}
