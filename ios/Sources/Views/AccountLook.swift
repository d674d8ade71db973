// Why: what tells several accounts apart: a name, a colour, one list or one account at a time.
// Invariant: a colour is never alone: the account's title is read out wherever it is shown.

import LinnetCore
import Presentation
import SwiftUI

/// An account's colour as a dot; `title` is read out, unless it stands beside it anyway.
struct AccountDot: View {
    let colour: AccountColour
    var title: String?
    @ScaledMetric(relativeTo: .body) private var size: CGFloat = 14

    init(colour: AccountColour, title: String? = nil) {
        self.colour = colour
        self.title = title
    }

    var body: some View {
        let dot = Circle().fill(Looks.account(colour)).frame(width: size, height: size)
        if let title {
            dot.accessibilityElement().accessibilityLabel("chats_account \(title)")
        } else {
            dot.accessibilityHidden(true)
        }
    }
}

/// One list, or one account at a time.
struct AccountChips: View {
    let accounts: [AccountItem]
    let shown: Int64?
    let show: @MainActor (Int64?) -> Void

    var body: some View {
        ScrollView(.horizontal, showsIndicators: false) {
            HStack(spacing: 8) {
                chip(nil, isShown: shown == nil) { Text("accounts_all") }
                ForEach(accounts, id: \.key) { account in
                    chip(account.id, isShown: shown == account.id) {
                        HStack(spacing: 6) {
                            AccountDot(colour: account.colour)
                            Text(verbatim: account.title)
                        }
                    }
                }
            }
            .padding(.horizontal, 16)
            .padding(.vertical, 6)
        }
        .background(.bar)
        .accessibilityElement(children: .contain)
        .accessibilityLabel("accounts_shown")
    }

    @ViewBuilder private func chip<Name: View>(
        _ account: Int64?, isShown: Bool, @ViewBuilder name: () -> Name
    ) -> some View {
        let label = name()
        let button = Button {
            show(account)
        } label: {
            label
        }
        if isShown {
            button.buttonStyle(.borderedProminent).accessibilityAddTraits(.isSelected)
        } else {
            button.buttonStyle(.bordered)
        }
    }
}

/// Asks for an account's name and colour.
struct AccountLookScreen: View {
    @State private var name: String
    @State private var colour: AccountColour
    private let save: @MainActor (String, AccountColour) -> Void
    @Environment(\.dismiss) private var dismiss

    init(account: AccountItem, save: @escaping @MainActor (String, AccountColour) -> Void) {
        _name = State(initialValue: account.name ?? "")
        _colour = State(initialValue: account.colour)
        self.save = save
    }

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    TextField("account_look_name", text: $name)
                } footer: {
                    Text("account_look_text")
                }
                Section("account_look_colour") {
                    Picker("account_look_colour", selection: $colour) {
                        ForEach(accountColours().map(\.colour), id: \.self) { colour in
                            Label {
                                Text(Words.colour(colour))
                            } icon: {
                                AccountDot(colour: colour)
                            }
                            .tag(colour)
                        }
                    }
                    .pickerStyle(.inline)
                    .labelsHidden()
                }
            }
            .navigationTitle("account_look_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_cancel") { dismiss() } }
                ToolbarItem(placement: .confirmationAction) {
                    Button("account_look_save") {
                        save(name, colour)
                        dismiss()
                    }
                }
            }
        }
    }
}

struct AccountLookPreviews: PreviewProvider {
    static var previews: some View {
        AccountLookScreen(account: Samples.accounts[1]) { _, _ in }.previewDisplayName("name and colour")
        AccountLookScreen(account: Samples.accounts[0]) { _, _ in }.preferredColorScheme(.dark)
            .previewDisplayName("without a name, dark")
        AccountChips(accounts: Samples.accounts, shown: 2) { _ in }.previewDisplayName("one of two is shown")
    }
}
