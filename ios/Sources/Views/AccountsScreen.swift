// Why: one's own accounts: whether they are connected, what the server lacks and means for the user, and the way out.

import LinnetCore
import Presentation
import SwiftUI

/// The accounts screen on its models.
struct AccountsView: View {
    @State private var model: AccountsModel
    private let app: AppModel
    @Environment(\.dismiss) private var dismiss

    init(model: AccountsModel, app: AppModel) {
        _model = State(initialValue: model)
        self.app = app
    }

    var body: some View {
        @Bindable var model = model
        AccountsScreen(
            accounts: app.accounts,
            actions: AccountsScreen.Actions(
                setEnabled: { account, on in Task { await model.setEnabled(account, on) } },
                setArchiving: { account, on in Task { await model.setArchiving(account, on) } },
                remove: { account in Task { await model.remove(account) } },
                close: { dismiss() })
        )
        .problemAlert($model.problem)
    }
}

/// What the accounts screen looks like.
struct AccountsScreen: View {
    struct Actions {
        let setEnabled: @MainActor (AccountItem, Bool) -> Void
        let setArchiving: @MainActor (AccountItem, Bool) -> Void
        let remove: @MainActor (AccountItem) -> Void
        let close: @MainActor () -> Void
    }

    let accounts: [AccountItem]
    let actions: Actions
    @State private var removing: AccountItem?
    @State private var asksToRemove = false

    var body: some View {
        NavigationStack {
            Form {
                ForEach(accounts, id: \.key) { account in section(account) }
            }
            .navigationTitle("account_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .confirmationAction) { Button("action_done", action: actions.close) }
            }
            .confirmationDialog(
                "account_remove_title", isPresented: $asksToRemove, titleVisibility: .visible, presenting: removing
            ) { account in
                Button("account_remove_confirm", role: .destructive) { actions.remove(account) }
            } message: { account in
                Text("account_remove_text \(account.address)")
            }
        }
    }

    private func domain(_ account: AccountItem) -> String {
        String(account.address.split(separator: "@").last ?? "")
    }

    private func section(_ account: AccountItem) -> some View {
        Section(account.address) {
            Toggle(
                isOn: Binding(get: { account.enabled }, set: { actions.setEnabled(account, $0) })
            ) {
                VStack(alignment: .leading, spacing: 2) {
                    Text("account_enabled")
                    Text(Words.connection(account.connection)).font(.footnote).foregroundStyle(.secondary)
                }
            }
            if let archiving = account.archiving {
                Toggle(
                    isOn: Binding(get: { archiving }, set: { actions.setArchiving(account, $0) })
                ) {
                    VStack(alignment: .leading, spacing: 2) {
                        Text("account_archiving")
                        Text(archiving ? "account_archiving_on" : "account_archiving_off").font(.footnote)
                            .foregroundStyle(.secondary)
                    }
                }
            }
            ForEach(account.missing, id: \.self) { missing in
                Label {
                    Text(Words.missing(missing, domain: domain(account))).font(.footnote)
                } icon: {
                    Image(systemName: "info.circle")
                }
            }
            Button("account_remove", role: .destructive) {
                removing = account
                asksToRemove = true
            }
        }
    }
}

struct AccountsPreviews: PreviewProvider {
    static var previews: some View {
        AccountsScreen(
            accounts: Samples.accounts,
            actions: AccountsScreen.Actions(
                setEnabled: { _, _ in }, setArchiving: { _, _ in }, remove: { _ in }, close: {})
        )
        .previewDisplayName("two accounts")
    }
}
