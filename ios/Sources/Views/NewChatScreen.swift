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
    @State private var people: PhoneBookModel?
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
            isStarting: model.isStarting, canStart: model.canStart, start: start, scan: { scans = true },
            showCode: { showsCode = true }, showPhoneBook: { people = phoneBook() }, cancel: { dismiss() }
        )
        .sheet(isPresented: $scans) {
            ScanView { link in
                scans = false
                found(link)
            }
        }
        .sheet(isPresented: $showsCode) { CodeView(model: code()) }
        .sheet(item: $people) { model in
            PhoneBookView(model: model) { chat, address in
                people = nil
                started(chat, address)
            }
        }
    }

    private func start() {
        Task {
            let address = model.address
            if let chat = await model.start() { started(chat, address) }
        }
    }
}

/// What the new-chat screen looks like.
struct NewChatScreen: View {
    @Binding var address: String
    @Binding var account: Int64?
    let accounts: [AccountItem]
    let problem: CommandError?
    let isStarting: Bool
    let canStart: Bool
    let start: @MainActor () -> Void
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
                            ForEach(accounts, id: \.key) { Text(verbatim: $0.address).tag(Int64?.some($0.id)) }
                        }
                    }
                    if let problem {
                        Label {
                            Text(Words.failure(problem))
                        } icon: {
                            Image(systemName: "exclamationmark.triangle.fill").foregroundStyle(.orange)
                        }
                    }
                } footer: {
                    Text("new_chat_lead")
                }
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
                }
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
}

struct NewChatPreviews: PreviewProvider {
    static func screen(_ address: String, accounts: [AccountItem], problem: CommandError? = nil) -> some View {
        NewChatScreen(
            address: .constant(address), account: .constant(accounts.first?.id), accounts: accounts, problem: problem,
            isStarting: false, canStart: !address.isEmpty, start: {}, scan: {}, showCode: {},
            showPhoneBook: {}, cancel: {})
    }

    static var previews: some View {
        screen("", accounts: Samples.accounts).previewDisplayName("empty, two accounts")
        screen("bob@", accounts: Samples.accounts, problem: .AddressInvalid).preferredColorScheme(.dark)
            .previewDisplayName("bad address, dark")
    }
}
