// Why: what a code or link wants, in plain words, and a button that does it; nothing is done without.

import LinnetCore
import Presentation
import SwiftUI

/// The screen of a link on its model.
struct LinkView: View {
    @State private var model: LinkModel
    private let app: AppModel
    @State private var showsCode = false
    @Environment(\.dismiss) private var dismiss
    @Environment(\.openURL) private var openURL

    init(model: LinkModel, app: AppModel) {
        _model = State(initialValue: model)
        self.app = app
    }

    var body: some View {
        @Bindable var model = model
        LinkScreen(
            link: model.link, address: model.address, isOwn: model.isOwn, accounts: model.accounts,
            account: $model.account, invitation: model.invitation, isWorking: model.isWorking,
            actions: LinkScreen.Actions(
                accept: accept,
                signUp: { model.signingUp = app.signUp(model.invitation) },
                signIn: {
                    app.keepLink()
                    dismiss()
                },
                openPage: { url in
                    if let url = URL(string: url) { openURL(url) }
                    dismiss()
                },
                showCode: { showsCode = true }, close: { dismiss() })
        )
        .problemAlert($model.problem)
        .sheet(item: $model.signingUp.kept(over: app.lock)) { SignUpView(model: $0) }
        // Who invited stands on the chat list.
        .onChange(of: model.signingUp?.isDone) { _, isDone in
            if isDone == true { dismiss() }
        }
        .sheet(isPresented: $showsCode) {
            if let client = app.client { CodeView(model: CodeModel(client: client)) }
        }
    }

    private func accept() {
        Task {
            if model.takesAway {
                if await model.takeAway() { dismiss() }
                return
            }
            guard let opened = await model.accept() else { return }
            dismiss()
            app.openChat(opened.chat, title: model.address, draft: opened.body)
        }
    }
}

/// What the screen of a link looks like.
struct LinkScreen: View {
    struct Actions {
        let accept: @MainActor () -> Void
        let signUp: @MainActor () -> Void
        let signIn: @MainActor () -> Void
        let openPage: @MainActor (String) -> Void
        let showCode: @MainActor () -> Void
        let close: @MainActor () -> Void
    }

    let link: LinnetCore.Link
    let address: String?
    let isOwn: Bool
    let accounts: [AccountItem]
    @Binding var account: Int64?
    let invitation: Invitation?
    let isWorking: Bool
    let actions: Actions

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    who
                } footer: {
                    Text(meaning)
                }
                if chooses && accounts.count > 1 {
                    Picker("new_chat_from", selection: $account) {
                        ForEach(accounts, id: \.key) { Text(verbatim: $0.address).tag(Int64?.some($0.id)) }
                    }
                }
                Section { answer }
            }
            .navigationTitle("link_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_cancel", action: actions.close) }
            }
        }
    }

    private var chooses: Bool {
        switch link {
        case .chat, .contact, .remove, .unsubscribe: !isOwn
        case .signUp, .page: false
        }
    }

    @ViewBuilder private var who: some View {
        if let address {
            HStack(spacing: 12) {
                Avatar(address: address, name: address)
                VStack(alignment: .leading, spacing: 2) {
                    // The address is what counts; a name in a link is only what somebody wrote there.
                    Text(verbatim: address).font(.headline)
                    if case .contact(_, _, let name?, _, _) = link {
                        Text("link_name \(name)").font(.footnote).foregroundStyle(.secondary)
                    }
                }
            }
        } else if case .page(_, let url) = link {
            Text(verbatim: url).font(.footnote)
        } else if case .signUp(let server, _, _, _) = link {
            Text(verbatim: server).font(.headline)
        }
    }

    private var meaning: LocalizedStringKey {
        if isOwn { return "link_own" }
        switch link {
        case .page(let host, _): return "link_page \(host)"
        case .signUp(let server, _, _, _): return "link_sign_up \(server)"
        case .chat, .contact, .remove, .unsubscribe: break
        }
        if accounts.isEmpty, let invitation { return "link_newcomer \(invitation.domain)" }
        if accounts.isEmpty { return "link_no_account" }
        return switch link {
        case .contact(_, _, _, true, _): "link_contact_invited"
        case .contact: "link_contact"
        case .remove: "link_remove"
        case .unsubscribe: "link_unsubscribe"
        default: "link_chat"
        }
    }

    @ViewBuilder private var answer: some View {
        if isOwn {
            Button("code_title", action: actions.showCode)
        } else {
            switch link {
            case .page(_, let url): Button("link_page_open") { actions.openPage(url) }
            case .signUp: Button("link_sign_up_accept", action: actions.signUp)
            case .chat, .contact, .remove, .unsubscribe:
                if accounts.isEmpty && invitation != nil {
                    Button("link_sign_up_accept", action: actions.signUp)
                    Button("link_sign_in_instead", action: actions.signIn)
                } else if accounts.isEmpty {
                    Button("link_sign_in", action: actions.signIn)
                } else if case .remove = link {
                    Button("contact_remove", role: .destructive, action: actions.accept).disabled(isWorking)
                } else if case .unsubscribe = link {
                    Button("link_unsubscribe_accept", role: .destructive, action: actions.accept).disabled(isWorking)
                } else if case .contact = link {
                    Button("link_contact_accept", action: actions.accept).disabled(isWorking)
                } else {
                    Button("new_chat_start", action: actions.accept).disabled(isWorking)
                }
            }
        }
    }
}

struct LinkPreviews: PreviewProvider {
    static func screen(_ link: LinnetCore.Link, _ address: String?, accounts: [AccountItem]) -> some View {
        LinkScreen(
            link: link, address: address, isOwn: false, accounts: accounts, account: .constant(accounts.first?.id),
            invitation: nil, isWorking: false,
            actions: LinkScreen.Actions(
                accept: {}, signUp: {}, signIn: {}, openPage: { _ in }, showCode: {}, close: {}))
    }

    static var previews: some View {
        screen(Samples.invitedContact, "bob@example.com", accounts: Samples.accounts)
            .previewDisplayName("a contact, two accounts")
        screen(Samples.invitedContact, "bob@example.com", accounts: []).preferredColorScheme(.dark)
            .previewDisplayName("no account, dark")
        screen(.remove(address: "bob@example.com"), "bob@example.com", accounts: Samples.accounts)
            .previewDisplayName("a removal")
        screen(.page(host: "chat.example.org", url: "https://chat.example.org/invite?T"), nil, accounts: [])
            .previewDisplayName("a page")
    }
}
