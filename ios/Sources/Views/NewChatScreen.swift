// Why: a chat begins with an address.

import LinnetCore
import Presentation
import SwiftUI

/// The new-chat screen on its model; `started` gets the chat and the address typed.
struct NewChatView: View {
    @State private var model: NewChatModel
    private let code: @MainActor () -> CodeModel
    private let phoneBook: @MainActor () -> PhoneBookModel?
    private let started: @MainActor (Int64, String) -> Void
    private let found: @MainActor (LinnetCore.Link) -> Void
    @State private var scans = false
    @State private var showsCode = false
    @State private var phones: PhoneBookModel?
    @Environment(\.dismiss) private var dismiss

    init(
        model: NewChatModel, code: @escaping @MainActor () -> CodeModel,
        phoneBook: @escaping @MainActor () -> PhoneBookModel?,
        started: @escaping @MainActor (Int64, String) -> Void,
        found: @escaping @MainActor (LinnetCore.Link) -> Void
    ) {
        _model = State(initialValue: model)
        self.code = code
        self.phoneBook = phoneBook
        self.started = started
        self.found = found
    }

    var body: some View {
        @Bindable var model = model
        NewChatScreen(
            address: $model.address, account: $model.account, accounts: model.accounts, problem: model.problem,
            people: model.people, isStarting: model.isStarting, canStart: model.canStart,
            start: { open { await model.start() } }, pick: { person in open { await model.pick(person) } },
            noteToSelf: { open { await model.noteToSelf() } }, scan: { scans = true },
            showCode: { showsCode = true }, showPhoneBook: { phones = phoneBook() }, cancel: { dismiss() }
        )
        .task(id: model.search) { await model.follow() }
        .sheet(isPresented: $scans) {
            ScanView { link in
                scans = false
                found(link)
            }
        }
        .sheet(isPresented: $showsCode) { CodeView(model: code()) }
        .sheet(item: $phones) { model in
            PhoneBookView(model: model) { chat, address in
                phones = nil
                started(chat, address)
            }
        }
    }

    private func open(_ begin: @escaping @MainActor () async -> Int64?) {
        Task {
            if let chat = await begin() { started(chat, model.address) }
        }
    }
}

/// What the new-chat screen looks like.
struct NewChatScreen: View {
    @Binding var address: String
    @Binding var account: Int64?
    let accounts: [AccountItem]
    let problem: CommandError?
    let people: [PersonItem]
    let isStarting: Bool
    let canStart: Bool
    let start: @MainActor () -> Void
    let pick: @MainActor (PersonItem) -> Void
    let noteToSelf: @MainActor () -> Void
    let scan: @MainActor () -> Void
    let showCode: @MainActor () -> Void
    let showPhoneBook: @MainActor () -> Void
    let cancel: @MainActor () -> Void
    @FocusState private var isTyping: Bool

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    TextField("new_chat_address", text: $address)
                        .textContentType(.emailAddress)
                        .keyboardType(.emailAddress)
                        .textInputAutocapitalization(.never)
                        .autocorrectionDisabled()
                        .submitLabel(.go)
                        .focused($isTyping)
                        .onSubmit { if canStart { start() } }
                    if accounts.count > 1 {
                        Picker("new_chat_from", selection: $account) {
                            ForEach(accounts, id: \.key) { Text(verbatim: $0.title).tag(Int64?.some($0.id)) }
                        }
                    }
                    if let problem {
                        Label {
                            Text(Words.failure(problem))
                        } icon: {
                            Image(systemName: "exclamationmark.triangle.fill").foregroundStyle(.orange)
                                .accessibilityHidden(true)
                        }
                    }
                } footer: {
                    Text("new_chat_lead")
                }
                if address.isEmpty { ways }
                section("new_chat_contacts", of: people.filter(\.contact))
                section("new_chat_perhaps", of: people.filter { !$0.contact })
            }
            .navigationTitle("new_chat_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_cancel", action: cancel) }
                ToolbarItem(placement: .confirmationAction) {
                    if isStarting {
                        ProgressView()
                    } else {
                        Button("new_chat_start", action: start).disabled(!canStart)
                    }
                }
            }
            .onAppear { isTyping = true }
        }
    }

    @ViewBuilder private func section(_ title: LocalizedStringKey, of people: [PersonItem]) -> some View {
        if !people.isEmpty {
            Section(title) {
                ForEach(people, id: \.key) { person in
                    Button {
                        pick(person)
                    } label: {
                        PersonRow(person: person)
                    }
                    .accessibilityHint(person.contact ? "new_chat_start" : "new_chat_complete")
                }
            }
        }
    }

    @ViewBuilder private var ways: some View {
        Section {
            Button(action: scan) {
                Label {
                    Explained(title: "scan_title", text: "new_chat_scan_text")
                } icon: {
                    Image(systemName: "qrcode.viewfinder")
                }
            }
            Button(action: showCode) {
                Label {
                    Explained(title: "code_title", text: "new_chat_code_text")
                } icon: {
                    Image(systemName: "qrcode")
                }
            }
            Button(action: showPhoneBook) {
                Label {
                    Explained(title: "phone_book_title", text: "phone_book_text")
                } icon: {
                    Image(systemName: "person.2")
                }
            }
            Button(action: noteToSelf) {
                Label {
                    Explained(title: "note_to_self", text: "new_chat_note_text")
                } icon: {
                    Image(systemName: "note.text")
                }
            }
        }
    }
}

/// A contact, or what was typed with a likely server.
private struct PersonRow: View {
    let person: PersonItem

    var body: some View {
        HStack(spacing: 12) {
            if person.contact {
                Avatar(address: person.address, name: person.name ?? person.address, picture: person.picture)
            } else {
                Image(systemName: "square.and.pencil").foregroundStyle(.secondary).accessibilityHidden(true)
            }
            VStack(alignment: .leading, spacing: 2) {
                Text(verbatim: person.name ?? person.address).foregroundStyle(.primary).lineLimit(1)
                if person.name != nil {
                    Text(verbatim: person.address).font(.footnote).foregroundStyle(.secondary).lineLimit(1)
                }
            }
        }
        .accessibilityElement(children: .combine)
    }
}

struct NewChatPreviews: PreviewProvider {
    static func screen(_ address: String, accounts: [AccountItem], problem: CommandError? = nil) -> some View {
        NewChatScreen(
            address: .constant(address), account: .constant(accounts.first?.id), accounts: accounts, problem: problem,
            people: Samples.people.filter { $0.contact == address.isEmpty }, isStarting: false,
            canStart: !address.isEmpty, start: {}, pick: { _ in }, noteToSelf: {}, scan: {}, showCode: {},
            showPhoneBook: {}, cancel: {})
    }

    static var previews: some View {
        screen("", accounts: Samples.accounts).previewDisplayName("empty, two accounts")
        screen("bob@", accounts: Samples.accounts, problem: .AddressInvalid).preferredColorScheme(.dark)
            .previewDisplayName("bad address, dark")
    }
}
