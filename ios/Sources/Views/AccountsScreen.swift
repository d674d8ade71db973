// Why: one's own accounts: whether they are connected, one more of them, and whether notifications are let through.

import LinnetCore
import Presentation
import SwiftUI

/// The accounts screen on its models.
struct AccountsView: View {
    @State private var model: AccountsModel
    private let app: AppModel
    @State private var signingInAgain: SignInAgainModel?
    @State private var certificate: CertificateModel?
    @State private var blocks: BlocksModel?
    @State private var server: ServerModel?
    @State private var devices: OwnDevicesModel?
    @State private var adding: SignInModel?
    @Environment(\.dismiss) private var dismiss
    @Environment(\.openURL) private var openURL

    init(model: AccountsModel, app: AppModel) {
        _model = State(initialValue: model)
        self.app = app
    }

    var body: some View {
        @Bindable var model = model
        AccountsScreen(
            accounts: app.accounts, permission: app.notifications?.permission,
            actions: AccountsScreenActions(
                account: AccountScreen.Actions(
                    edit: { account, name, colour in Task { await model.edit(account, name, colour) } },
                    setEnabled: { account, on in Task { await model.setEnabled(account, on) } },
                    setPrivacy: { account, setting, on in Task { await model.setPrivacy(account, setting, on) } },
                    setArchiving: { account, on in Task { await model.setArchiving(account, on) } },
                    setProxy: { account, proxy in Task { await model.setProxy(account, proxy) } },
                    signInAgain: { signingInAgain = model.signInAgain($0) },
                    certificate: { certificate = model.certificate($0) },
                    blocks: { blocks = model.blocks($0) },
                    server: { server = app.server($0) }, devices: { devices = app.ownDevices($0) },
                    changePassword: { account, password in Task { await model.changePassword(account, password) } },
                    signOut: { account in Task { await model.signOut(account) } },
                    delete: { account in Task { await model.delete(account) } }),
                move: { account, to in Task { await model.move(account, to) } },
                add: { adding = app.addAccount() },
                allowNotifications: { Task { await app.notifications?.expectAnswer() } },
                openSettings: openSettings,
                close: { dismiss() }),
            safety: { SafetyView(model: app.lock) }
        )
        .problemAlert($model.problem)
        .sheet(item: $signingInAgain) { SignInAgainView(model: $0) }
        .sheet(item: $certificate) { CertificateView(model: $0) }
        .sheet(item: $blocks) { BlocksView(model: $0) }
        .sheet(item: $server) { ServerView(model: $0) }
        .sheet(item: $devices) { OwnDevicesView(model: $0) }
        .sheet(item: $adding) { AddAccountView(model: $0, signUp: { app.signUp() }) }
    }

    private func openSettings() {
        if let url = URL(string: UIApplication.openNotificationSettingsURLString) { openURL(url) }
    }
}

/// One more account.
private struct AddAccountView: View {
    let model: SignInModel
    let signUp: @MainActor () -> SignUpModel?
    @Environment(\.dismiss) private var dismiss

    init(model: SignInModel, signUp: @escaping @MainActor () -> SignUpModel?) {
        self.model = model
        self.signUp = signUp
    }

    var body: some View {
        SignInView(model: model, signUp: signUp, signedUp: { dismiss() }, close: { dismiss() })
            .onChange(of: model.isDone) { _, isDone in
                if isDone { dismiss() }
            }
            // Swiped away before it was in: nothing stays behind.
            .onDisappear { Task { await model.cancel() } }
    }
}

/// What the accounts screen can ask for.
struct AccountsScreenActions {
    let account: AccountScreen.Actions
    let move: @MainActor (AccountItem, Int) -> Void
    let add: @MainActor () -> Void
    let allowNotifications: @MainActor () -> Void
    let openSettings: @MainActor () -> Void
    let close: @MainActor () -> Void
}

/// Names the screen about the app's own safety.
private struct Safety: Hashable {}

/// What the accounts screen looks like.
struct AccountsScreen<SafetyPlace: View>: View {
    let accounts: [AccountItem]
    let permission: NotificationPermission?
    let actions: AccountsScreenActions
    @ViewBuilder let safety: () -> SafetyPlace

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    ForEach(accounts, id: \.key) { account in
                        NavigationLink(value: account.id) { AccountLine(account: account) }
                            .contextMenu { moves(of: account) }
                            .accessibilityActions { moves(of: account) }
                    }
                    .onMove { from, to in
                        guard let at = from.first else { return }
                        actions.move(accounts[at], to > at ? to - 1 : to)
                    }
                    Button("account_add", systemImage: "plus", action: actions.add)
                }
                notifications
                Section { NavigationLink(value: Safety()) { Text("safety_title") } }
            }
            .navigationTitle("accounts_title")
            .navigationBarTitleDisplayMode(.inline)
            .navigationDestination(for: Int64.self) { id in
                if let account = accounts.first(where: { $0.id == id }) {
                    AccountScreen(account: account, actions: actions.account)
                }
            }
            .navigationDestination(for: Safety.self) { _ in safety() }
            .toolbar {
                ToolbarItem(placement: .confirmationAction) { Button("action_done", action: actions.close) }
            }
        }
    }

    /// Nobody has to drag.
    @ViewBuilder private func moves(of account: AccountItem) -> some View {
        if let at = accounts.firstIndex(where: { $0.id == account.id }) {
            if at > 0 {
                Button("accounts_up \(account.title)", systemImage: "arrow.up") { actions.move(account, at - 1) }
            }
            if at < accounts.count - 1 {
                Button("accounts_down \(account.title)", systemImage: "arrow.down") { actions.move(account, at + 1) }
            }
        }
    }

    @ViewBuilder private var notifications: some View {
        switch permission {
        case .undecided:
            Section("notifications_title") {
                Text("notifications_undecided")
                Button("notifications_allow", action: actions.allowNotifications)
            }
        case .refused:
            Section("notifications_title") {
                Text("notifications_refused")
                Button("notifications_settings", action: actions.openSettings)
            }
        case .granted, nil:
            EmptyView()
        }
    }
}

/// One account of the list.
private struct AccountLine: View {
    let account: AccountItem

    var body: some View {
        HStack(spacing: 12) {
            AccountDot(colour: account.colour)
            VStack(alignment: .leading, spacing: 2) {
                Text(verbatim: account.title)
                if account.name != nil { Text(verbatim: account.address).font(.footnote) }
                Text(Words.connection(account)).font(.footnote).foregroundStyle(.secondary)
            }
            Spacer(minLength: 0)
            if case .failed = account.connection {
                Image(systemName: "exclamationmark.triangle.fill").foregroundStyle(.orange).accessibilityHidden(true)
            }
        }
        .accessibilityElement(children: .combine)
    }
}

struct AccountsPreviews: PreviewProvider {
    static func screen(_ permission: NotificationPermission) -> some View {
        AccountsScreen(
            accounts: Samples.accounts, permission: permission,
            actions: AccountsScreenActions(
                account: AccountScreen.Actions(
                    edit: { _, _, _ in }, setEnabled: { _, _ in }, setPrivacy: { _, _, _ in },
                    setArchiving: { _, _ in },
                    setProxy: { _, _ in },
                    signInAgain: { _ in }, certificate: { _ in }, blocks: { _ in }, server: { _ in }, devices: { _ in },
                    changePassword: { _, _ in },
                    signOut: { _ in }, delete: { _ in }),
                move: { _, _ in }, add: {}, allowNotifications: {}, openSettings: {}, close: {}),
            safety: { EmptyView() })
    }

    static var previews: some View {
        screen(.granted).previewDisplayName("two accounts")
        screen(.refused).preferredColorScheme(.dark).previewDisplayName("no notifications, dark")
        screen(.undecided).environment(\.layoutDirection, .rightToLeft).previewDisplayName("right to left")
    }
}
