// Why: the password was changed elsewhere; the new one is all that is asked for.

import LinnetCore
import Presentation
import SwiftUI

/// The screen for signing in again on its model.
struct SignInAgainView: View {
    @State private var model: SignInAgainModel
    @Environment(\.dismiss) private var dismiss

    init(model: SignInAgainModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        SignInAgainScreen(
            address: model.address, password: $model.password, progress: model.progress, canSubmit: model.canSubmit,
            submit: { Task { await model.signIn() } }, cancel: { dismiss() }
        )
        .task { await model.run() }
        .onChange(of: model.isDone) { _, isDone in
            if isDone { dismiss() }
        }
    }
}

/// What the screen looks like.
struct SignInAgainScreen: View {
    let address: String
    @Binding var password: String
    let progress: SignInModel.Progress
    let canSubmit: Bool
    let submit: @MainActor () -> Void
    let cancel: @MainActor () -> Void
    @FocusState private var isTyping: Bool

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    SecureField("sign_in_password", text: $password)
                        .textContentType(.password)
                        .submitLabel(.go)
                        .focused($isTyping)
                        .onSubmit { if canSubmit { submit() } }
                } footer: {
                    Text("password_text \(address)")
                }
                Section {
                    SignInStatus(progress: progress)
                    Button(action: submit) {
                        Text("password_button").fontWeight(.semibold).frame(maxWidth: .infinity)
                    }
                    .disabled(!canSubmit)
                }
            }
            .navigationTitle("password_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_cancel", action: cancel) }
            }
            .onAppear { isTyping = true }
        }
    }
}

struct SignInAgainPreviews: PreviewProvider {
    static func screen(_ progress: SignInModel.Progress, password: String = "") -> some View {
        SignInAgainScreen(
            address: "alice@example.org", password: .constant(password), progress: progress,
            canSubmit: !password.isEmpty, submit: {}, cancel: {})
    }

    static var previews: some View {
        screen(.failed(.login(.wrongPassword))).previewDisplayName("changed elsewhere")
        screen(.connecting, password: "secret").preferredColorScheme(.dark).previewDisplayName("connecting, dark")
        screen(.failed(.login(.wrongPassword))).dynamicTypeSize(.accessibility3).previewDisplayName("large text")
    }
}
