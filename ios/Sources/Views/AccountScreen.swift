// Why: everything about one account: its connection, what it tells others, what its server lacks, and the way out.

import LinnetCore
import Presentation
import SwiftUI

/// What the screen of one account looks like.
struct AccountScreen: View {
    struct Actions {
        let setEnabled: @MainActor (AccountItem, Bool) -> Void
        let setPrivacy: @MainActor (AccountItem, PrivacySetting, Bool) -> Void
        let setArchiving: @MainActor (AccountItem, Bool) -> Void
        let setProxy: @MainActor (AccountItem, ProxyAddress?) -> Void
        let signInAgain: @MainActor (AccountItem) -> Void
        let certificate: @MainActor (AccountItem) -> Void
        let blocks: @MainActor (AccountItem) -> Void
        let remove: @MainActor (AccountItem) -> Void
    }

    let account: AccountItem
    let actions: Actions
    @State private var asksToRemove = false

    init(account: AccountItem, actions: Actions) {
        self.account = account
        self.actions = actions
    }

    private var domain: String { String(account.address.split(separator: "@").last ?? "") }

    var body: some View {
        Form {
            connection
            privacy
            Section {
                Button("blocks_open", systemImage: "hand.raised") { actions.blocks(account) }
            }
            server
            ProxySection(account: account) { actions.setProxy(account, $0) }.id(account.proxy)
            Section {
                Button("account_remove", role: .destructive) { asksToRemove = true }
            }
        }
        .navigationTitle(account.address)
        .navigationBarTitleDisplayMode(.inline)
        .confirmationDialog(
            "account_remove_title", isPresented: $asksToRemove, titleVisibility: .visible, presenting: account
        ) { account in
            Button("account_remove_confirm", role: .destructive) { actions.remove(account) }
        } message: { account in
            Text("account_remove_text \(account.address)")
        }
    }

    private var connection: some View {
        Section {
            Toggle(
                isOn: Binding(get: { account.enabled }, set: { actions.setEnabled(account, $0) })
            ) {
                Explained(title: "account_enabled", text: Words.connection(account))
            }
            if account.connection == .failed(reason: .wrongPassword) {
                Button("connection_new_password") { actions.signInAgain(account) }
            }
            if account.certificate != nil {
                Button("certificate_title", systemImage: "checkmark.shield") { actions.certificate(account) }
            }
        }
    }

    private var privacy: some View {
        Section("privacy_title") {
            setting(.receipts, account.privacy.receipts, "privacy_receipts", "privacy_receipts_text")
            setting(.readMarkers, account.privacy.readMarkers, "privacy_read_markers", "privacy_read_markers_text")
            setting(.typing, account.privacy.typing, "privacy_typing", "privacy_typing_text")
        }
    }

    private func setting(
        _ setting: PrivacySetting, _ isOn: Bool, _ title: LocalizedStringKey, _ text: LocalizedStringKey
    ) -> some View {
        Toggle(isOn: Binding(get: { isOn }, set: { actions.setPrivacy(account, setting, $0) })) {
            Explained(title: title, text: text)
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
                    setEnabled: { _, _ in }, setPrivacy: { _, _, _ in }, setArchiving: { _, _ in },
                    setProxy: { _, _ in },
                    signInAgain: { _ in }, certificate: { _ in }, blocks: { _ in }, remove: { _ in }))
        }
    }

    static var previews: some View {
        screen(Samples.accounts[0]).previewDisplayName("all is well")
        screen(Samples.accounts[1]).preferredColorScheme(.dark).previewDisplayName("a server that lacks, dark")
        screen(Samples.accounts[1]).dynamicTypeSize(.accessibility3).previewDisplayName("large text")
    }
}
