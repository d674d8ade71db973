// Why: the user goes on at another address of his: what that means, how far it is, and the way back. And what a contact
// who did the same asks.

import Foundation
import LinnetCore
import Presentation
import SwiftUI

/// The screen on its model.
struct MovedView: View {
    // Kept over what the accounts do meanwhile.
    @State private var model: MovedModel
    private let add: @MainActor () -> Void
    @Environment(\.dismiss) private var dismiss

    init(model: MovedModel, add: @escaping @MainActor () -> Void) {
        _model = State(initialValue: model)
        self.add = add
    }

    var body: some View {
        NavigationStack {
            Form {
                if let account = model.account {
                    if let moved = account.moved, moved.state != .refused {
                        MovedGone(
                            account: account, moved: moved, isBusy: model.isBusy,
                            problem: model.problem.map(Words.failure)
                        ) { Task { await model.takeBack() } }
                    } else {
                        MovedChoice(
                            account: account, others: model.others, target: model.target, isBusy: model.isBusy,
                            problem: problem(account),
                            choose: { model.chosen = $0.id }, move: { Task { await model.move() } },
                            add: {
                                dismiss()
                                add()
                            })
                    }
                }
            }
            .navigationTitle("moved_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .confirmationAction) { Button("portable_ok") { dismiss() } }
            }
        }
        .task { await model.ask() }
    }

    private func problem(_ account: AccountItem) -> LocalizedStringKey? {
        model.problem.map(Words.failure) ?? (account.moved == nil ? nil : "moved_refused")
    }
}

/// Where to, and what that means.
struct MovedChoice: View {
    let account: AccountItem
    let others: [AccountItem]
    let target: AccountItem?
    let isBusy: Bool
    let problem: LocalizedStringKey?
    let choose: @MainActor (AccountItem) -> Void
    let move: @MainActor () -> Void
    let add: @MainActor () -> Void
    @State private var asks = false

    init(
        account: AccountItem, others: [AccountItem], target: AccountItem?, isBusy: Bool, problem: LocalizedStringKey?,
        choose: @escaping @MainActor (AccountItem) -> Void, move: @escaping @MainActor () -> Void,
        add: @escaping @MainActor () -> Void
    ) {
        (self.account, self.others, self.target, self.isBusy) = (account, others, target, isBusy)
        (self.problem, self.choose, self.move, self.add) = (problem, choose, move, add)
    }

    var body: some View {
        Section { Text("moved_lead") }
        Section("moved_choose") {
            if others.isEmpty {
                Text("moved_none")
                Button("account_add", systemImage: "plus", action: add)
            }
            ForEach(others, id: \.id) { other in
                Button {
                    choose(other)
                } label: {
                    MovedTarget(account: other, isChosen: other.id == target?.id)
                }
                .disabled(MovedModel.obstacle(other) != nil)
                .accessibilityAddTraits(other.id == target?.id ? .isSelected : [])
            }
        }
        if !others.isEmpty {
            Section("moved_what") {
                Text("moved_contacts")
                Text("moved_who_sees \(account.address)")
                Text("moved_chats")
                Text("moved_stays")
            }
            Section {
                if let problem { ProblemLine(text: problem) }
                Button("moved_begin", systemImage: "arrow.right.circle") { asks = true }
                    .disabled(target == nil || isBusy)
            }
            .confirmationDialog(
                "moved_question \(target?.address ?? "")", isPresented: $asks, titleVisibility: .visible,
                presenting: target
            ) { _ in
                Button("moved_confirm", action: move)
            } message: { _ in
                Text("moved_question_text")
            }
        }
    }
}

/// Where one may have gone, or why not there.
private struct MovedTarget: View {
    let account: AccountItem
    let isChosen: Bool

    var body: some View {
        HStack {
            VStack(alignment: .leading) {
                Text(verbatim: account.address)
                Group {
                    switch MovedModel.obstacle(account) {
                    case .offline: Text("moved_not_connected")
                    case .moved: Text("moved_gone_itself")
                    case nil: if let name = account.name { Text(verbatim: name) }
                    }
                }
                .font(.footnote)
                .foregroundStyle(.secondary)
            }
            Spacer()
            if isChosen { Image(systemName: "checkmark").accessibilityHidden(true) }
        }
    }
}

/// Where the user has gone, and how far that is.
struct MovedGone: View {
    let account: AccountItem
    let moved: MovedItem
    let isBusy: Bool
    let problem: LocalizedStringKey?
    let takeBack: @MainActor () -> Void
    @State private var asks = false

    init(
        account: AccountItem, moved: MovedItem, isBusy: Bool, problem: LocalizedStringKey?,
        takeBack: @escaping @MainActor () -> Void
    ) {
        (self.account, self.moved, self.isBusy) = (account, moved, isBusy)
        (self.problem, self.takeBack) = (problem, takeBack)
    }

    var body: some View {
        Section {
            VStack(alignment: .leading, spacing: 2) {
                Text("moved_to \(moved.address)").font(.headline)
                Group {
                    if let since = moved.since {
                        let time = Date(milliseconds: since).formatted(date: .abbreviated, time: .shortened)
                        Text("moved_since \(time)")
                    } else {
                        Text("moved_elsewhere")
                    }
                }
                .font(.footnote)
                .foregroundStyle(.secondary)
            }
            progress
        } footer: {
            Text("moved_stays")
        }
        Section {
            if let problem {
                ProblemLine(text: problem)
            } else if moved.state == .kept {
                ProblemLine(text: "moved_kept")
            }
            if moved.state != .retracting {
                Button("moved_retract", systemImage: "arrow.uturn.backward") { asks = true }.disabled(isBusy)
            }
        }
        .confirmationDialog(
            "moved_retract_question", isPresented: $asks, titleVisibility: .visible, presenting: account
        ) { _ in
            Button("moved_retract_confirm", role: .destructive, action: takeBack)
        } message: { _ in
            Text("moved_retract_text")
        }
    }

    @ViewBuilder private var progress: some View {
        switch moved.state {
        case .publishing: Text("moved_publishing").foregroundStyle(.secondary)
        case .retracting: Text("moved_retracting").foregroundStyle(.secondary)
        case .kept, .refused: EmptyView()
        case .published:
            if moved.done < moved.total {
                let (done, total) = (String(moved.done), String(moved.total))
                Text("moved_telling \(done) \(total)")
                ProgressView(value: Double(moved.done), total: Double(moved.total))
            } else if moved.total > 0 {
                let number = String(moved.taken)
                Text("moved_told \(number)")
                if moved.refused > 0 {
                    let number = String(moved.refused)
                    Text("moved_not_taken \(number)").foregroundStyle(.secondary)
                }
            }
        }
    }
}

/// Two addresses, one below the other, so that a difference shows.
struct BothAddresses: View {
    let old: String
    let new: String

    var body: some View {
        Text("request_moved_old \(old)")
        Text("request_moved_new \(new)")
    }
}

/// Above the place to write, of somebody who has another address now: a question, and once it is answered the way
/// there.
struct MovedBar: View {
    let contact: ContactItem
    let moved: ContactMoved
    let answer: @MainActor (Bool) -> Void
    let go: @MainActor () -> Void

    var body: some View {
        VStack(alignment: .leading, spacing: 8) {
            VStack(alignment: .leading, spacing: 2) {
                if moved.asks {
                    Text("request_moved \(contact.title)")
                    Group { BothAddresses(old: contact.address, new: moved.address) }
                        .font(.footnote)
                        .foregroundStyle(.secondary)
                } else {
                    Text("chat_moved \(contact.title) \(moved.address)")
                }
            }
            .accessibilityElement(children: .combine)
            ViewThatFits {
                HStack(spacing: 12) { buttons }
                VStack(alignment: .leading, spacing: 8) { buttons }
            }
        }
        .frame(maxWidth: .infinity, alignment: .leading)
        .padding(.horizontal, 16)
        .padding(.vertical, 10)
        .background(.bar)
    }

    @ViewBuilder private var buttons: some View {
        if moved.asks {
            Button("request_follow") { answer(true) }.buttonStyle(.borderedProminent)
            Button("request_stay") { answer(false) }.buttonStyle(.bordered)
        } else {
            Button("chat_moved_open", action: go).buttonStyle(.bordered)
        }
    }
}

struct MovedPreviews: PreviewProvider {
    static let new = "alice@lindqvist.example"

    static func gone(_ state: MovedState, left: UInt32 = 0) -> some View {
        Form {
            MovedGone(
                account: Samples.accounts[0],
                moved: MovedItem(
                    address: new, since: Samples.noon, state: state, total: 52, left: left, refused: left == 0 ? 1 : 0),
                isBusy: false, problem: nil, takeBack: {})
        }
    }

    static func choice(_ others: [AccountItem]) -> some View {
        Form {
            MovedChoice(
                account: Samples.accounts[0], others: others, target: nil, isBusy: false, problem: nil,
                choose: { _ in }, move: {}, add: {})
        }
    }

    static func bar(asks: Bool) -> some View {
        MovedBar(
            contact: Samples.contact,
            moved: ContactMoved(address: "bob@lindqvist.example", asks: asks, time: Samples.noon, chat: nil),
            answer: { _ in }, go: {})
    }

    static var previews: some View {
        choice(Samples.accounts).previewDisplayName("where to")
        choice([]).previewDisplayName("nowhere to go")
        gone(.published, left: 31).previewDisplayName("telling")
        gone(.published).preferredColorScheme(.dark).previewDisplayName("told, dark")
        gone(.kept).dynamicTypeSize(.accessibility3).previewDisplayName("not taken back, large text")
        bar(asks: true).previewDisplayName("a contact asks")
        bar(asks: false).environment(\.layoutDirection, .rightToLeft).previewDisplayName("followed, right to left")
    }
}
