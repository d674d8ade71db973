// Why: what stands before the app while it is locked, and over it while it is among the open apps.

import Foundation
import LinnetCore
import Presentation
import SwiftUI

/// The lock on its model.
struct LockView: View {
    @Bindable private var model: LockModel
    @State private var now = Date()

    init(model: LockModel) {
        self.model = model
    }

    var body: some View {
        LockScreen(
            pin: $model.pin, wait: wait, isWrong: model.isWrong, isWorking: model.isWorking,
            asksOwner: model.asksOwner,
            unlock: { Task { await model.unlock() } }, unlockByOwner: { Task { await askOwner() } }
        )
        .problemAlert($model.problem)
        .task { if model.asksOwner { await askOwner() } }
        .task(id: model.settings?.lock?.waitUntil) { await countDown() }
    }

    private var wait: Int {
        guard let until = model.settings?.lock?.waitUntil else { return 0 }
        return max(0, Int((Double(until) / 1_000 - now.timeIntervalSince1970).rounded(.up)))
    }

    private func askOwner() async {
        await model.unlockByOwner(Bundle.main.localizedString(forKey: "lock_owner_reason", value: nil, table: nil))
    }

    /// Before the user's eyes; the core counts by a clock of its own.
    private func countDown() async {
        now = Date()
        while wait > 0, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(500))
            now = Date()
        }
    }
}

/// What the lock looks like.
struct LockScreen: View {
    @Binding var pin: String
    /// Seconds in which no PIN is looked at.
    let wait: Int
    let isWrong: Bool
    let isWorking: Bool
    let asksOwner: Bool
    let unlock: @MainActor () -> Void
    let unlockByOwner: @MainActor () -> Void
    @FocusState private var isTyping: Bool

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    SecureField("lock_pin", text: $pin)
                        .textContentType(.password)
                        .submitLabel(.go)
                        .focused($isTyping)
                        .onSubmit(unlock)
                        .disabled(wait > 0 || isWorking)
                } footer: {
                    let count = wait
                    if count > 0 {
                        Text("lock_wait \(count)").foregroundStyle(.red)
                    } else if isWrong {
                        Text("lock_wrong").foregroundStyle(.red)
                    }
                }
                Section {
                    Button(action: unlock) {
                        Text("lock_open").fontWeight(.semibold).frame(maxWidth: .infinity)
                    }
                    .disabled(pin.isEmpty || wait > 0 || isWorking)
                    if asksOwner {
                        Button("lock_by_owner", action: unlockByOwner)
                    }
                }
            }
            .navigationTitle("lock_title")
            .navigationBarTitleDisplayMode(.inline)
            .onAppear { isTyping = !asksOwner }
        }
    }
}

/// Nothing to see.
struct Curtain: View {
    var body: some View {
        Color.clear.frame(maxWidth: .infinity, maxHeight: .infinity).background(Color(uiColor: .systemBackground))
            .accessibilityHidden(true)
    }
}

extension View {
    /// With the curtain drawn or not: behind it everything is as it was, and neither seen, read aloud nor touched.
    func curtained(_ isDrawn: Bool) -> some View {
        accessibilityHidden(isDrawn).allowsHitTesting(!isDrawn).overlay { if isDrawn { Curtain() } }
    }
}

extension Binding {
    /// What a sheet is about. The lock takes the sheet down with the screen below it and closes nothing: that is for the
    /// user alone, and whatever the lock has taken down comes back.
    @MainActor func kept<Item: Sendable>(over lock: LockModel) -> Binding<Item?> where Value == Item? {
        Binding<Item?>(get: { wrappedValue }, set: { if lock.keepsScreens { wrappedValue = $0 } })
    }
}

struct LockPreviews: PreviewProvider {
    static func screen(wait: Int = 0, isWrong: Bool = false, asksOwner: Bool = false) -> some View {
        LockScreen(
            pin: .constant(""), wait: wait, isWrong: isWrong, isWorking: false, asksOwner: asksOwner, unlock: {},
            unlockByOwner: {})
    }

    static var previews: some View {
        screen(asksOwner: true).previewDisplayName("locked")
        screen(isWrong: true).preferredColorScheme(.dark).previewDisplayName("wrong, dark")
        screen(wait: 29).dynamicTypeSize(.accessibility3).previewDisplayName("to wait, large text")
    }
}
