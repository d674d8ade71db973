// Why: how much the user is there, and what he says of it: where he changes it, and where he sees it at a glance. Away by
// itself is not offered: out of sight the app closes its connections, and so nobody is there to be away.

import LinnetCore
import Presentation
import SwiftUI

/// The screen of one's own presence on its model.
struct PresenceView: View {
    @State private var model: PresenceModel
    @State private var attempt = 0
    @Environment(\.dismiss) private var dismiss

    init(model: PresenceModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        NavigationStack {
            Group {
                if model.storeFailed {
                    StoreFailedView { attempt += 1 }
                } else if let account = model.account {
                    PresenceScreen(
                        account: account, status: $model.status, canSave: model.canSave, isTooLong: model.isTooLong,
                        actions: PresenceScreen.Actions(
                            choose: { show in Task { await model.choose(show) } },
                            save: { Task { await model.saveStatus() } },
                            clear: { Task { await model.clearStatus() } }))
                } else {
                    ProgressView()
                }
            }
            .navigationTitle("presence_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .confirmationAction) { Button("action_done") { dismiss() } }
            }
        }
        .task(id: attempt) { await model.run() }
        .problemAlert($model.problem)
    }
}

/// What the screen of one's own presence looks like.
struct PresenceScreen: View {
    struct Actions {
        let choose: @MainActor (Show) -> Void
        let save: @MainActor () -> Void
        let clear: @MainActor () -> Void
    }

    let account: AccountItem
    @Binding var status: String
    let canSave: Bool
    let isTooLong: Bool
    let actions: Actions

    init(account: AccountItem, status: Binding<String>, canSave: Bool, isTooLong: Bool, actions: Actions) {
        self.account = account
        _status = status
        self.canSave = canSave
        self.isTooLong = isTooLong
        self.actions = actions
    }

    var body: some View {
        Form {
            Section {
                Picker(
                    "presence_title",
                    selection: Binding(get: { account.own.show }, set: { actions.choose($0) })
                ) {
                    ForEach([Show.available, .away, .doNotDisturb], id: \.self) { show in
                        Label {
                            Explained(title: Words.show(show), text: Words.presence(show))
                        } icon: {
                            PresenceMark(show: show)
                        }
                        .tag(show)
                    }
                }
                .pickerStyle(.inline)
                .labelsHidden()
            } header: {
                Text(verbatim: account.title)
            } footer: {
                if !account.privacy.online { Text("presence_hidden") }
            }
            Section {
                TextField("presence_status_field", text: $status)
                Button("contact_save", action: actions.save).disabled(!canSave)
                if account.own.status != nil { Button("presence_status_clear", action: actions.clear) }
            } header: {
                Text("presence_status")
            } footer: {
                if isTooLong { Text(tooLong) } else { Text("presence_status_text") }
            }
        }
    }

    private var tooLong: LocalizedStringKey {
        let count = Int(longestStatus())
        return "presence_status_long \(count)"
    }
}

/// Told apart by its shape, not by its colour alone; its words stand beside it.
struct PresenceMark: View {
    let show: Show

    var body: some View { image.accessibilityHidden(true) }

    @ViewBuilder var image: some View {
        switch show {
        case .available: Image(systemName: "checkmark.circle").foregroundStyle(.tint)
        case .away: Image(systemName: "clock").foregroundStyle(.secondary)
        case .doNotDisturb: Image(systemName: "minus.circle").foregroundStyle(.red)
        }
    }
}

/// What the user is on his accounts; a tap leads to where he changes it.
struct PresenceButton: View {
    let accounts: [AccountItem]
    let open: @MainActor (AccountItem) -> Void

    var body: some View {
        if accounts.count > 1 {
            Menu {
                ForEach(accounts, id: \.key) { account in
                    Button {
                        open(account)
                    } label: {
                        Label {
                            Text("presence_of \(account.title) \(Text(Words.show(account.own.show)))")
                        } icon: {
                            PresenceMark(show: account.own.show)
                        }
                    }
                }
            } label: {
                mark
            }
        } else if let only = accounts.first {
            Button {
                open(only)
            } label: {
                mark
            }
        }
    }

    private var mark: some View {
        PresenceMark(show: accounts.show).image
            .accessibilityLabel(Text("presence_button \(Text(Words.show(accounts.show)))"))
    }
}

/// A chat's title: who it is, and how much they are there.
struct ChatTitle: View {
    let title: String
    let contact: ContactItem?

    var body: some View {
        VStack(spacing: 0) {
            Text(verbatim: title).font(.headline).lineLimit(1)
            if let presence = contact.flatMap(Words.presence) {
                presence.font(.caption).foregroundStyle(.secondary).lineLimit(1)
            }
        }
        .accessibilityElement(children: .combine)
        .accessibilityAddTraits(.isHeader)
    }
}

struct PresencePreviews: PreviewProvider {
    static func screen(_ account: AccountItem, isTooLong: Bool = false) -> some View {
        NavigationStack {
            PresenceScreen(
                account: account, status: .constant(account.own.status ?? ""), canSave: false, isTooLong: isTooLong,
                actions: PresenceScreen.Actions(choose: { _ in }, save: {}, clear: {}))
        }
    }

    static var previews: some View {
        screen(Samples.accounts[0]).previewDisplayName("there")
        screen(Samples.accounts[0], isTooLong: true).preferredColorScheme(.dark).previewDisplayName("too long, dark")
        screen(Samples.accounts[1]).dynamicTypeSize(.accessibility3).previewDisplayName("large text")
        screen(Samples.accounts[0]).environment(\.layoutDirection, .rightToLeft).previewDisplayName("right to left")
        ChatTitle(title: "Bob", contact: Samples.contact).previewDisplayName("a chat's title")
        PresenceButton(accounts: Samples.accounts) { _ in }.previewDisplayName("several accounts")
    }
}
