// Why: who is in the phone book with a Jabber address is a contact by one tap.

import LinnetCore
import Presentation
import SwiftUI

/// The screen on its model; `started` gets the chat and its address.
struct PhoneBookView: View {
    @State private var model: PhoneBookModel
    private let started: @MainActor (Int64, String) -> Void
    @Environment(\.dismiss) private var dismiss
    @Environment(\.openURL) private var openURL
    @Environment(\.scenePhase) private var phase

    init(model: PhoneBookModel, started: @escaping @MainActor (Int64, String) -> Void) {
        _model = State(initialValue: model)
        self.started = started
    }

    var body: some View {
        @Bindable var model = model
        PhoneBookScreen(
            permission: model.permission, found: model.found, isUnreadable: model.isUnreadable,
            accounts: model.accounts, account: $model.account, isWorking: model.isWorking,
            allow: { Task { await model.allow() } },
            openSettings: {
                if let url = URL(string: UIApplication.openSettingsURLString) { openURL(url) }
            },
            add: { person in
                Task {
                    if let chat = await model.add(person) { started(chat, person.address) }
                }
            },
            close: { dismiss() }
        )
        .task { await model.read() }
        // The user may come back from the system's settings.
        .onChange(of: phase) { Task { await model.read() } }
        .problemAlert($model.problem)
    }
}

/// What the screen looks like.
struct PhoneBookScreen: View {
    let permission: PhoneBookPermission
    let found: [FoundPerson]?
    let isUnreadable: Bool
    let accounts: [AccountItem]
    @Binding var account: Int64?
    let isWorking: Bool
    let allow: @MainActor () -> Void
    let openSettings: @MainActor () -> Void
    let add: @MainActor (FoundPerson) -> Void
    let close: @MainActor () -> Void

    var body: some View {
        NavigationStack {
            content
                .navigationTitle("phone_book_title")
                .navigationBarTitleDisplayMode(.inline)
                .toolbar {
                    ToolbarItem(placement: .cancellationAction) { Button("action_cancel", action: close) }
                }
        }
    }

    @ViewBuilder private var content: some View {
        switch permission {
        case .unasked:
            told("phone_book_ask") {
                Button("phone_book_allow", action: allow).buttonStyle(.borderedProminent)
            }
        case .refused:
            told("phone_book_refused") { Button("notifications_settings", action: openSettings) }
        case .granted:
            if isUnreadable {
                told("phone_book_failed") { EmptyView() }
            } else if let found {
                if found.isEmpty { told("phone_book_empty") { EmptyView() } } else { people(found) }
            } else {
                ProgressView()
            }
        }
    }

    private func told<Below: View>(_ text: LocalizedStringKey, @ViewBuilder below: () -> Below) -> some View {
        ContentUnavailableView {
            Label("phone_book_title", systemImage: "person.crop.circle.badge.questionmark")
        } description: {
            Text(text)
        } actions: {
            below()
        }
    }

    private func people(_ found: [FoundPerson]) -> some View {
        Form {
            if accounts.count > 1 {
                Picker("new_chat_from", selection: $account) {
                    ForEach(accounts, id: \.key) { Text(verbatim: $0.address).tag(Int64?.some($0.id)) }
                }
            }
            Section {
                ForEach(found) { person in
                    HStack(spacing: 12) {
                        VStack(alignment: .leading, spacing: 2) {
                            Text(verbatim: person.name)
                            Text(verbatim: person.address).font(.footnote).foregroundStyle(.secondary)
                        }
                        Spacer(minLength: 0)
                        Button("phone_book_add") { add(person) }.disabled(isWorking || account == nil)
                    }
                }
            } footer: {
                Text("phone_book_text")
            }
        }
    }
}

struct PhoneBookPreviews: PreviewProvider {
    static func screen(_ permission: PhoneBookPermission, _ found: [FoundPerson]?) -> some View {
        PhoneBookScreen(
            permission: permission, found: found, isUnreadable: false, accounts: Samples.accounts,
            account: .constant(1), isWorking: false, allow: {}, openSettings: {}, add: { _ in }, close: {})
    }

    static var previews: some View {
        screen(
            .granted,
            [
                FoundPerson(name: "Amélie Duval", address: "amelie@jabber.example"),
                FoundPerson(name: "Bob Lindqvist", address: "bob@example.org"),
            ]
        )
        .previewDisplayName("two people")
        screen(.unasked, nil).preferredColorScheme(.dark).previewDisplayName("first time, dark")
        screen(.granted, []).previewDisplayName("nobody")
    }
}
