// Why: everything about one account: its connection, what it tells others, what its server lacks, and the way out.

import LinnetCore
import Presentation
import SwiftUI

/// What the screen of one account looks like.
struct AccountScreen: View {
    struct Actions {
        let edit: @MainActor (AccountItem, String, AccountColour) -> Void
        let setEnabled: @MainActor (AccountItem, Bool) -> Void
        let privacy: PrivacyScreen.Actions
        let setArchiving: @MainActor (AccountItem, Bool) -> Void
        /// False if no server can be there.
        let setServer: @MainActor (AccountItem, ServerAddress?) async -> Bool
        let setProxy: @MainActor (AccountItem, ProxyAddress?) -> Void
        let signInAgain: @MainActor (AccountItem) -> Void
        let certificate: @MainActor (AccountItem) -> Void
        let blocks: @MainActor (AccountItem) -> Void
        let server: @MainActor (AccountItem) -> Void
        let devices: @MainActor (AccountItem) -> Void
        let profile: @MainActor (AccountItem) -> Void
        let presence: @MainActor (AccountItem) -> Void
        let changePassword: @MainActor (AccountItem, String) -> Void
        let signOut: @MainActor (AccountItem) -> Void
        let delete: @MainActor (AccountItem) -> Void
        let handOver: @MainActor (AccountItem) -> Void
        let portable: @MainActor (AccountItem) -> Void
        let moved: @MainActor (AccountItem) -> Void
    }

    let account: AccountItem
    let actions: Actions
    @State private var asksToSignOut = false
    @State private var asksToDelete = false
    @State private var changesPassword = false
    @State private var editsLook = false

    init(account: AccountItem, actions: Actions) {
        self.account = account
        self.actions = actions
    }

    private var domain: String { String(account.address.split(separator: "@").last ?? "") }

    var body: some View {
        Form {
            Section {
                Button("profile_open", systemImage: "person.crop.circle") { actions.profile(account) }
                Button {
                    actions.presence(account)
                } label: {
                    Label {
                        Explained(title: "presence_title", text: Words.show(account.own.show))
                    } icon: {
                        PresenceMark(show: account.own.show)
                    }
                }
            }
            connection
            Section {
                NavigationLink(value: AccountsModel.Place.privacy(account.id)) { Text("privacy_screen") }
                Button("blocks_open", systemImage: "hand.raised") { actions.blocks(account) }
            }
            server
            Section {
                Button("server_open", systemImage: "server.rack") { actions.server(account) }
            }
            ServerAddressSection(account: account) { await actions.setServer(account, $0) }.id(account.server)
            ProxySection(account: account) { actions.setProxy(account, $0) }.id(account.proxy)
            Section {
                if account.signedIn {
                    Button("handover_title", systemImage: "iphone.badge.play") { actions.handOver(account) }
                }
                if account.signedIn {
                    Button("portable_title", systemImage: "arrow.up.arrow.down") { actions.portable(account) }
                    Button("moved_title", systemImage: "arrow.right.circle") { actions.moved(account) }
                }
                Button("devices_open", systemImage: "laptopcomputer.and.iphone") { actions.devices(account) }
                Button("account_password", systemImage: "key") { changesPassword = true }
            }
            Section {
                Button("account_remove", role: .destructive) { asksToSignOut = true }
                Button("account_delete", role: .destructive) { asksToDelete = true }
            }
        }
        .sheet(isPresented: $changesPassword) {
            ChangePasswordScreen(password: newPassword()) { actions.changePassword(account, $0) }
        }
        .sheet(isPresented: $editsLook) {
            AccountLookScreen(account: account) { actions.edit(account, $0, $1) }
        }
        .navigationTitle(account.title)
        .navigationBarTitleDisplayMode(.inline)
        .confirmationDialog(
            "account_remove_title", isPresented: $asksToSignOut, titleVisibility: .visible, presenting: account
        ) { account in
            Button("account_remove_confirm", role: .destructive) { actions.signOut(account) }
        } message: { account in
            Text("account_remove_text \(account.address)")
        }
        .alert("account_delete_question \(account.address)", isPresented: $asksToDelete) {
            Button("account_delete_confirm", role: .destructive) { actions.delete(account) }
            Button("action_cancel", role: .cancel) {}
        } message: {
            Text("account_delete_text")
        }
    }

    private var connection: some View {
        Section {
            if account.name != nil { Text(verbatim: account.address) }
            Button {
                editsLook = true
            } label: {
                Label {
                    Text("account_look")
                } icon: {
                    AccountDot(colour: account.colour)
                }
            }
            Toggle(
                isOn: Binding(get: { account.enabled }, set: { actions.setEnabled(account, $0) })
            ) {
                Explained(title: "account_enabled", text: Words.connection(account))
            }
            if let moved = account.moved, moved.state == .published { Text("moved_account \(moved.address)") }
            if let task = account.task { AccountTaskLine(task: task) }
            if account.connection == .failed(reason: .wrongPassword) {
                Button("connection_new_password") { actions.signInAgain(account) }
            }
            if account.certificate != nil {
                Button("certificate_title", systemImage: "checkmark.shield") { actions.certificate(account) }
            }
        }
    }

    @ViewBuilder private var server: some View {
        if account.archiving != nil || !account.missing.isEmpty {
            Section("account_server") {
                if let archiving = account.archiving {
                    Toggle(
                        isOn: Binding(get: { archiving }, set: { actions.setArchiving(account, $0) })
                    ) {
                        Explained(
                            title: "account_archiving",
                            text: archiving ? "account_archiving_on" : "account_archiving_off")
                    }
                }
                ForEach(account.missing, id: \.self) { missing in
                    Label {
                        Text(Words.missing(missing, domain: domain)).font(.footnote)
                    } icon: {
                        Image(systemName: "info.circle").accessibilityHidden(true)
                    }
                }
            }
        }
    }
}

/// Where the server is: found by its name, or named by the user. What can be a host, the core knows.
private struct ServerAddressSection: View {
    let account: AccountItem
    let setServer: @MainActor (ServerAddress?) async -> Bool
    @State private var draft: ServerDraft
    @State private var refused: ServerDraft?

    init(account: AccountItem, setServer: @escaping @MainActor (ServerAddress?) async -> Bool) {
        self.account = account
        self.setServer = setServer
        _draft = State(initialValue: ServerDraft(account.server))
    }

    private var isInvalid: Bool { draft.isUsed && !draft.isEmpty && (draft.address == nil || draft == refused) }

    var body: some View {
        Section {
            Toggle("server_address_find", isOn: Binding(get: { !draft.isUsed }, set: { draft.isUsed = !$0 }))
            if draft.isUsed {
                ServerAddressFields(host: $draft.host, port: $draft.port, directTls: $draft.directTls)
                Button("server_address_save", action: save)
                    .disabled(draft.address == nil || draft.address == account.server)
            }
        } header: {
            Text("server_address_title")
        } footer: {
            if isInvalid { Text("server_address_invalid") } else { Text("sign_in_server_lead") }
        }
        .onChange(of: draft.isUsed) { _, isUsed in
            if !isUsed && account.server != nil { Task { _ = await setServer(nil) } }
        }
    }

    private func save() {
        let asked = draft
        Task {
            if await !setServer(asked.address) { refused = asked }
        }
    }
}

/// The way to the server: straight, or through a proxy.
private struct ProxySection: View {
    let account: AccountItem
    let setProxy: @MainActor (ProxyAddress?) -> Void
    @State private var draft: ProxyDraft

    init(account: AccountItem, setProxy: @escaping @MainActor (ProxyAddress?) -> Void) {
        self.account = account
        self.setProxy = setProxy
        _draft = State(initialValue: ProxyDraft(account.proxy))
    }

    var body: some View {
        Section {
            ProxyFields(draft: $draft)
            if draft.isUsed {
                Button("proxy_save") { setProxy(draft.address) }
                    .disabled(draft.address == nil || draft.address == account.proxy)
            }
        } footer: {
            if draft.isUsed && draft.address == nil { Text("proxy_invalid") } else { Text("proxy_text") }
        }
        .onChange(of: draft.isUsed) { _, isUsed in
            if !isUsed && account.proxy != nil { setProxy(nil) }
        }
    }
}

/// What the server was asked for, and how that goes.
private struct AccountTaskLine: View {
    let task: AccountTask

    var body: some View {
        switch task {
        case .changingPassword, .deleting, .signingOut:
            HStack(spacing: 12) {
                ProgressView()
                Text(Words.task(task))
            }
        case .passwordChanged:
            Label {
                Text(Words.task(task))
            } icon: {
                Image(systemName: "checkmark.circle.fill").foregroundStyle(.tint).accessibilityHidden(true)
            }
        case .passwordNotChanged(let problem, let text), .notDeleted(let problem, let text):
            ProblemLine(text: Words.task(task))
            Text(Words.failure(problem)).font(.footnote)
            if let text { Text("sign_up_server_says \(text)").font(.footnote).foregroundStyle(.secondary) }
        }
    }
}

/// Asks for the account's next password; one is made already, and shown, for it has to be kept.
struct ChangePasswordScreen: View {
    @State private var password: String
    private let title: LocalizedStringKey
    private let text: LocalizedStringKey
    private let confirm: LocalizedStringKey
    private let change: @MainActor (String) -> Void
    @Environment(\.dismiss) private var dismiss

    init(
        password: String, title: LocalizedStringKey = "account_password_title",
        text: LocalizedStringKey = "account_password_text", confirm: LocalizedStringKey = "account_password_confirm",
        change: @escaping @MainActor (String) -> Void
    ) {
        _password = State(initialValue: password)
        self.title = title
        self.text = text
        self.confirm = confirm
        self.change = change
    }

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    TextField("sign_in_password", text: $password)
                        .textContentType(.newPassword)
                        .textInputAutocapitalization(.never)
                        .autocorrectionDisabled()
                    Button("sign_up_password_new", systemImage: "arrow.clockwise") { password = newPassword() }
                    Button("sign_up_password_copy", systemImage: "doc.on.doc") { copySecret(password) }
                } footer: {
                    Text(text)
                }
            }
            .navigationTitle(title)
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_cancel") { dismiss() } }
                ToolbarItem(placement: .confirmationAction) {
                    Button(confirm) {
                        change(password)
                        dismiss()
                    }
                    .disabled(password.isEmpty)
                }
            }
        }
    }
}

/// A setting's name with a sentence that says what it means.
struct Explained: View {
    let title: LocalizedStringKey
    let text: LocalizedStringKey

    var body: some View {
        VStack(alignment: .leading, spacing: 2) {
            Text(title)
            Text(text).font(.footnote).foregroundStyle(.secondary)
        }
    }
}

struct AccountPreviews: PreviewProvider {
    static func screen(_ account: AccountItem) -> some View {
        NavigationStack {
            AccountScreen(
                account: account,
                actions: AccountScreen.Actions(
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
                    handOver: { _ in }, portable: { _ in }, moved: { _ in }))
        }
    }

    static var previews: some View {
        screen(Samples.accounts[0]).previewDisplayName("all is well")
        screen(Samples.refusedPassword).previewDisplayName("a password that was refused")
        ChangePasswordScreen(password: "gabot-lirem-hosad-fekon-pitav") { _ in }.previewDisplayName("another password")
        screen(Samples.accounts[1]).preferredColorScheme(.dark).previewDisplayName("a server that lacks, dark")
        screen(Samples.accounts[1]).dynamicTypeSize(.accessibility3).previewDisplayName("large text")
    }
}
