// Why: which part of the app is on screen follows from one value, `AppModel.stage`.

import LinnetCore
import Presentation
import SwiftUI

/// The whole app.
public struct RootView: View {
    @Bindable private var app: AppModel
    @State private var attempt = 0
    @Environment(\.scenePhase) private var phase
    private let curtain: @MainActor (Bool) -> Void

    /// `curtain` hides all windows, or none.
    public init(app: AppModel, curtain: @escaping @MainActor (Bool) -> Void) {
        self.app = app
        self.curtain = curtain
    }

    private var hidesEverything: Bool { app.lock.hidesEverything(isActive: phase == .active) }

    public var body: some View {
        Group {
            if app.storeFailed {
                StoreFailedView { attempt += 1 }
            } else if case .broken = app.stage {
                stage
            } else {
                // Behind the lock there is nothing: nothing drawn, nothing read aloud. Behind the curtain everything stays
                // as it is, until the core has said whether it is locked.
                if app.lock.keepsScreens {
                    stage.curtained(app.lock.state == .covered)
                } else if app.lock.state == .locked {
                    LockView(model: app.lock)
                } else {
                    Curtain()
                }
            }
        }
        .environment(\.people, app.people)
        .overlay { if hidesEverything { Curtain() } }
        // Sheets and alerts stand above what is laid over.
        .onChange(of: hidesEverything, initial: true) { _, isDrawn in curtain(isDrawn) }
        .task(id: attempt) { await app.run() }
        .sheet(item: openedLink) { LinkView(model: $0, app: app) }
        .alert("link_title", isPresented: isBadLinkTold) {
            Button("action_ok") { app.badLink = nil }
        } message: {
            if let bad = app.badLink { Text(Words.failure(bad)) }
        }
    }

    /// A sheet would stand before the lock.
    private var openedLink: Binding<LinkModel?> {
        Binding(
            get: { app.lock.keepsScreens ? app.openedLink : nil },
            set: { if app.lock.keepsScreens { app.openedLink = $0 } })
    }

    private var isBadLinkTold: Binding<Bool> {
        Binding(get: { app.badLink != nil && app.lock.keepsScreens }, set: { if !$0 { app.badLink = nil } })
    }

    @ViewBuilder private var stage: some View {
        switch app.stage {
        case .opening:
            ProgressView("open_opening")
        case .broken(let error):
            BrokenScreen(error: error) {
                attempt += 1
            } startAfresh: {
                Task {
                    await app.startAfresh()
                    attempt += 1
                }
            }
        case .signIn(let model):
            SignInView(model: model, app: app)
        case .chats(let model):
            ChatListView(model: model, app: app)
        }
    }
}

/// The store could not be opened.
struct BrokenScreen: View {
    let error: OpenError
    let tryAgain: @MainActor () -> Void
    let startAfresh: @MainActor () -> Void
    @State private var asks = false

    var body: some View {
        ContentUnavailableView {
            Label(Words.title(error), systemImage: "externaldrive.badge.exclamationmark")
        } description: {
            Text(Words.failure(error))
        } actions: {
            Button("action_try_again", action: tryAgain).buttonStyle(.borderedProminent)
            if error == .KeyOrFile {
                Button("open_start_afresh", role: .destructive) { asks = true }
            }
        }
        .alert("open_start_afresh_question", isPresented: $asks) {
            Button("open_start_afresh", role: .destructive, action: startAfresh)
            Button("action_cancel", role: .cancel) {}
        } message: {
            Text("open_start_afresh_text")
        }
    }
}

struct RootPreviews: PreviewProvider {
    static var previews: some View {
        BrokenScreen(error: .DiskFull, tryAgain: {}, startAfresh: {}).previewDisplayName("disk full")
        BrokenScreen(error: .KeyOrFile, tryAgain: {}, startAfresh: {}).preferredColorScheme(.dark).previewDisplayName(
            "wrong key, dark")
    }
}
