// Why: one's own accounts: whether they are connected, one more of them, and whether notifications are let through.

import LinnetCore
import Presentation
import SwiftUI

/// The accounts screen on its models.
struct AccountsView: View {
    @State private var model: AccountsModel
    private let app: AppModel
    @Environment(\.dismiss) private var dismiss
    @Environment(\.openURL) private var openURL

    init(model: AccountsModel, app: AppModel) {
        _model = State(initialValue: model)
        self.app = app
    }

    var body: some View {
        @Bindable var model = model
        AccountsScreen(
            path: $model.path, accounts: app.accounts, permission: app.notifications?.permission,
            actions: AccountsScreenActions(
                account: AccountScreen.Actions(
                    edit: { account, name, colour in Task { await model.edit(account, name, colour) } },
                    setEnabled: { account, on in Task { await model.setEnabled(account, on) } },
                    privacy: PrivacyScreen.Actions(
                        set: { account, setting, on in Task { await model.setPrivacy(account, setting, on) } },
                        setCallers: { account, callers in Task { await model.setCallers(account, callers) } },
                        setAdders: { account, adders in Task { await model.setAdders(account, adders) } }),
                    setArchiving: { account, on in Task { await model.setArchiving(account, on) } },
                    setServer: { account, server in await model.setServer(account, server) },
                    setProxy: { account, proxy in Task { await model.setProxy(account, proxy) } },
                    signInAgain: { model.signingInAgain = model.signInAgain($0) },
                    certificate: { model.certificate = model.certificate($0) },
                    blocks: { model.blocks = model.blocks($0) },
                    server: { model.server = app.server($0) }, devices: { model.devices = app.ownDevices($0) },
                    profile: { model.profile = model.profile($0) }, presence: { model.presence = app.presence($0) },
                    changePassword: { account, password in Task { await model.changePassword(account, password) } },
                    signOut: { account in Task { await model.signOut(account) } },
                    delete: { account in Task { await model.delete(account) } },
                    handOver: { model.handingOver = app.handOver($0) },
                    portable: { model.portable = app.portable($0) }, moved: { model.moved = app.moved($0) }),
                move: { account, to in Task { await model.move(account, to) } },
                add: { model.adding = app.addAccount() },
                allowNotifications: { Task { await app.notifications?.expectAnswer() } },
                openSettings: openSettings,
                close: { dismiss() }),
            safety: { SafetyView(model: app.lock) },
            backup: { if let backup = model.backup({ app.backup() }) { BackupView(model: backup) } }
        )
        .problemAlert($model.problem)
        .sheet(item: $model.signingInAgain.kept(over: app.lock)) { SignInAgainView(model: $0) }
        .sheet(item: $model.certificate.kept(over: app.lock)) { CertificateView(model: $0) }
        .sheet(item: $model.blocks.kept(over: app.lock)) { BlocksView(model: $0) }
        .sheet(item: $model.server.kept(over: app.lock)) { ServerView(model: $0) }
        .sheet(item: $model.devices.kept(over: app.lock)) { OwnDevicesView(model: $0) }
        .sheet(item: $model.adding.kept(over: app.lock)) { AddAccountView(model: $0, app: app) }
        .sheet(item: $model.handingOver.kept(over: app.lock)) { HandoverView(model: $0) }
        .sheet(item: $model.portable.kept(over: app.lock)) { PortableView(model: $0) }
        .sheet(item: $model.moved.kept(over: app.lock)) { MovedView(model: $0) { model.adding = app.addAccount() } }
        .sheet(item: $model.profile.kept(over: app.lock)) { ProfileView(model: $0, app: app) }
        .sheet(item: $model.presence.kept(over: app.lock)) { PresenceView(model: $0) }
    }

    private func openSettings() {
        if let url = URL(string: UIApplication.openNotificationSettingsURLString) { openURL(url) }
    }
}

/// One more account.
private struct AddAccountView: View {
    let model: SignInModel
    let app: AppModel
    @Environment(\.dismiss) private var dismiss

    init(model: SignInModel, app: AppModel) {
        self.model = model
        self.app = app
    }

    var body: some View {
        SignInView(model: model, app: app, signedUp: { dismiss() }, close: { dismiss() })
            .onChange(of: model.isDone, initial: true) { _, isDone in
                if isDone { dismiss() }
            }
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

/// What the accounts screen looks like.
struct AccountsScreen<SafetyPlace: View, BackupPlace: View>: View {
    @Binding var path: [AccountsModel.Place]
    let accounts: [AccountItem]
    let permission: NotificationPermission?
    let actions: AccountsScreenActions
    @ViewBuilder let safety: () -> SafetyPlace
    @ViewBuilder let backup: () -> BackupPlace

    var body: some View {
        NavigationStack(path: $path) {
            Form {
                Section {
                    ForEach(accounts, id: \.key) { account in
                        NavigationLink(value: AccountsModel.Place.account(account.id)) { AccountLine(account: account) }
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
                Section {
                    NavigationLink(value: AccountsModel.Place.safety) { Text("safety_title") }
                    NavigationLink(value: AccountsModel.Place.backup) { Text("backup_title") }
                }
            }
            .navigationTitle("accounts_title")
            .navigationBarTitleDisplayMode(.inline)
            .navigationDestination(for: AccountsModel.Place.self) { place in
                switch place {
                case .account(let id):
                    if let account = accounts.first(where: { $0.id == id }) {
                        AccountScreen(account: account, actions: actions.account)
                    }
                case .privacy(let id):
                    if let account = accounts.first(where: { $0.id == id }) {
                        PrivacyScreen(account: account, actions: actions.account.privacy)
                    }
                case .safety: safety()
                case .backup: backup()
                }
            }
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
            path: .constant([]), accounts: Samples.accounts, permission: permission,
            actions: AccountsScreenActions(
                account: AccountScreen.Actions(
                    edit: { _, _, _ in },
                    setEnabled: { _, _ in },
                    privacy: PrivacyScreen.Actions(
                        set: { _, _, _ in }, setCallers: { _, _ in }, setAdders: { _, _ in }),
                    setArchiving: { _, _ in },
                    setServer: { _, _ in true },
                    setProxy: { _, _ in },
                    signInAgain: { _ in }, certificate: { _ in }, blocks: { _ in }, server: { _ in }, devices: { _ in },
                    profile: { _ in }, presence: { _ in }, changePassword: { _, _ in },
                    signOut: { _ in }, delete: { _ in },
                    handOver: { _ in }, portable: { _ in }, moved: { _ in }),
                move: { _, _ in }, add: {}, allowNotifications: {}, openSettings: {}, close: {}),
            safety: { EmptyView() }, backup: { EmptyView() })
    }

    static var previews: some View {
        screen(.granted).previewDisplayName("two accounts")
        screen(.refused).preferredColorScheme(.dark).previewDisplayName("no notifications, dark")
        screen(.undecided).environment(\.layoutDirection, .rightToLeft).previewDisplayName("right to left")
    }
}
