// Why: who can open the app, and what people nearby can see of it.

import LinnetCore
import Presentation
import SwiftUI

/// The screen on its model.
struct SafetyView: View {
    @Bindable private var model: LockModel
    @State private var asking: PinQuestion?

    init(model: LockModel) {
        self.model = model
    }

    var body: some View {
        Group {
            if let settings = model.settings {
                SafetyScreen(
                    settings: settings, canAskOwner: model.canAskOwner,
                    actions: SafetyScreen.Actions(
                        ask: { asking = $0 },
                        setLockOptions: { biometrics, patience in
                            Task { await model.setLockOptions(biometrics: biometrics, patience: patience) }
                        },
                        lockNow: { Task { await model.lockNow() } },
                        setNotificationContent: { content in Task { await model.setNotificationContent(content) } },
                        hideScreen: { hides in Task { await model.hideScreen(hides) } }))
            }
        }
        .problemAlert($model.problem)
        .sheet(item: $asking) { question in
            PinView(question: question) { current, pin in await model.setPin(current: current, pin: pin) }
        }
    }
}

/// What is asked of whom.
enum PinQuestion: String, Identifiable {
    case set
    case change
    case remove

    var id: String { rawValue }
}

/// What the screen looks like.
struct SafetyScreen: View {
    struct Actions {
        let ask: @MainActor (PinQuestion) -> Void
        let setLockOptions: @MainActor (Bool, UInt64) -> Void
        let lockNow: @MainActor () -> Void
        let setNotificationContent: @MainActor (NotificationContent) -> Void
        let hideScreen: @MainActor (Bool) -> Void
    }

    let settings: AppItem
    /// The phone can open the lock by itself.
    let canAskOwner: Bool
    let actions: Actions

    private static let patience: [UInt64] = [0, 60_000, 300_000, 900_000, 3_600_000]

    var body: some View {
        Form {
            Section {
                Toggle(
                    isOn: Binding(
                        get: { settings.lock != nil }, set: { actions.ask($0 ? .set : .remove) })
                ) {
                    Explained(
                        title: "safety_lock", text: settings.lock == nil ? "safety_lock_off" : "safety_lock_on")
                }
                if let lock = settings.lock { options(lock) }
            }
            Section("safety_notifications") {
                Picker(
                    "safety_notifications",
                    selection: Binding(
                        get: { settings.notificationContent }, set: { actions.setNotificationContent($0) })
                ) {
                    Text("safety_notifications_full").tag(NotificationContent.full)
                    Text("safety_notifications_sender").tag(NotificationContent.sender)
                    Text("safety_notifications_nothing").tag(NotificationContent.nothing)
                }
                .pickerStyle(.inline)
                .labelsHidden()
            }
            Section {
                Toggle(isOn: Binding(get: { settings.hidesScreen }, set: { actions.hideScreen($0) })) {
                    Explained(title: "safety_hide", text: "safety_hide_text")
                }
            }
        }
        .navigationTitle("safety_title")
        .navigationBarTitleDisplayMode(.inline)
    }

    @ViewBuilder private func options(_ lock: LockItem) -> some View {
        if canAskOwner {
            Toggle(
                "safety_owner",
                isOn: Binding(get: { lock.biometrics }, set: { actions.setLockOptions($0, lock.patience) }))
        }
        Picker(
            "safety_patience",
            selection: Binding(get: { lock.patience }, set: { actions.setLockOptions(lock.biometrics, $0) })
        ) {
            ForEach(choices(lock.patience), id: \.self) { patience in
                Text(Words.patience(patience)).tag(patience)
            }
        }
        Button("safety_pin_change") { actions.ask(.change) }
        Button("safety_lock_now", action: actions.lockNow)
    }

    private func choices(_ chosen: UInt64) -> [UInt64] {
        Self.patience.contains(chosen) ? Self.patience : (Self.patience + [chosen]).sorted()
    }
}

/// Asks for a PIN: the one so far, a new one, or both.
struct PinView: View {
    let question: PinQuestion
    /// Gives what stood against it.
    let submit: @MainActor (String?, String?) async -> CommandError?
    @State private var current = ""
    @State private var pin = ""
    @State private var again = ""
    @State private var refusal: CommandError?
    @State private var isWorking = false
    @Environment(\.dismiss) private var dismiss

    init(question: PinQuestion, submit: @escaping @MainActor (String?, String?) async -> CommandError?) {
        self.question = question
        self.submit = submit
    }

    private var asksCurrent: Bool { question != .set }
    private var asksNew: Bool { question != .remove }
    private var isReady: Bool {
        !isWorking && (!asksCurrent || !current.isEmpty) && (!asksNew || (pin == again && (4...64).contains(pin.count)))
    }

    var body: some View {
        NavigationStack {
            Form {
                if asksCurrent {
                    Section {
                        SecureField("safety_pin_current", text: $current).textContentType(.password)
                    } footer: {
                        if let refusal {
                            Text(refusal == .NotNow ? "safety_pin_wait" : Words.failure(refusal)).foregroundStyle(.red)
                        }
                    }
                }
                if asksNew {
                    Section {
                        SecureField("safety_pin_new", text: $pin).textContentType(.newPassword)
                        SecureField("safety_pin_again", text: $again).textContentType(.newPassword)
                    } footer: {
                        if !again.isEmpty && again != pin {
                            Text("safety_pin_differs").foregroundStyle(.red)
                        } else {
                            Text("safety_pin_text")
                        }
                    }
                }
            }
            .navigationTitle(title)
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_cancel") { dismiss() } }
                ToolbarItem(placement: .confirmationAction) {
                    Button("action_done") { Task { await send() } }.disabled(!isReady)
                }
            }
        }
    }

    private var title: LocalizedStringKey {
        switch question {
        case .set: "safety_pin_set"
        case .change: "safety_pin_change"
        case .remove: "safety_pin_remove"
        }
    }

    private func send() async {
        isWorking = true
        defer { isWorking = false }
        refusal = await submit(asksCurrent ? current : nil, asksNew ? pin : nil)
        if refusal == nil { dismiss() }
    }
}

struct SafetyPreviews: PreviewProvider {
    static func screen(_ settings: AppItem) -> some View {
        NavigationStack {
            SafetyScreen(
                settings: settings, canAskOwner: true,
                actions: SafetyScreen.Actions(
                    ask: { _ in }, setLockOptions: { _, _ in }, lockNow: {}, setNotificationContent: { _ in },
                    hideScreen: { _ in }))
        }
    }

    static var previews: some View {
        screen(Samples.app).previewDisplayName("no lock")
        screen(Samples.lockingApp).preferredColorScheme(.dark).previewDisplayName("with a lock, dark")
        screen(Samples.lockingApp).environment(\.layoutDirection, .rightToLeft).previewDisplayName("right to left")
        PinView(question: .change) { _, _ in nil }.previewDisplayName("another PIN")
        PinView(question: .set) { _, _ in nil }.dynamicTypeSize(.accessibility3).previewDisplayName("large text")
    }
}
