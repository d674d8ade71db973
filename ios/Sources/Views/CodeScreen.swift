// Why: one's own code, to be looked at by others; and what the server gives for who has no account yet.

import LinnetCore
import Presentation
import SwiftUI

/// The screen of one's own code on its model.
struct CodeView: View {
    @State private var model: CodeModel
    @Environment(\.dismiss) private var dismiss

    init(model: CodeModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        CodeScreen(
            codes: model.codes, code: model.code, drawn: model.drawn, sent: model.sent,
            account: Binding(get: { model.code?.account }, set: { id in Task { await model.choose(id) } }),
            showsInvitation: Binding(get: { model.showsInvitation }, set: { model.wantsInvitation = $0 }),
            invite: { Task { await model.invite() } },
            copy: { UIPasteboard.general.string = $0 }, close: { dismiss() }
        )
        .task { await model.run() }
        .problemAlert($model.problem)
    }
}

/// What the screen of one's own code looks like.
struct CodeScreen: View {
    let codes: [CodeItem]
    let code: CodeItem?
    let drawn: QrCode?
    let sent: String?
    @Binding var account: Int64?
    @Binding var showsInvitation: Bool
    let invite: @MainActor () -> Void
    let copy: @MainActor (String) -> Void
    let close: @MainActor () -> Void

    private var server: String { code?.address.split(separator: "@").last.map(String.init) ?? "" }
    private var isReady: Bool { if case .ready = code?.invitation { true } else { false } }

    var body: some View {
        NavigationStack {
            Form {
                if codes.count > 1 {
                    Picker("new_chat_from", selection: $account) {
                        ForEach(codes, id: \.key) { Text(verbatim: $0.address).tag(Int64?.some($0.account)) }
                    }
                }
                if let code { card(code) }
                if let sent { LinkWays(link: sent, copy: copy) }
                newcomers
            }
            .navigationTitle("code_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .confirmationAction) { Button("action_done", action: close) }
            }
        }
    }

    private func card(_ code: CodeItem) -> some View {
        Section {
            if isReady {
                Picker("code_title", selection: $showsInvitation) {
                    Text("code_kind_own").tag(false)
                    Text("code_kind_invitation").tag(true)
                }
                .pickerStyle(.segmented)
            }
            CodeCard(drawn: drawn, address: code.address)
        } footer: {
            VStack(alignment: .leading, spacing: 4) {
                Text(meaning(code))
                if let until = until(code) {
                    Text("code_until \(Text(Date(milliseconds: until), format: Self.moment))")
                }
            }
        }
    }

    private func meaning(_ code: CodeItem) -> LocalizedStringKey {
        if showsInvitation, case .ready(_, _, _, let newcomers) = code.invitation {
            return newcomers ? "invitation_text \(server)" : "invitation_text_contact"
        }
        return code.expires == nil ? "code_text_plain" : "code_text"
    }

    private func until(_ code: CodeItem) -> Int64? {
        if showsInvitation, case .ready(_, _, let expires, _) = code.invitation { return expires }
        return code.expires
    }

    @ViewBuilder private var newcomers: some View {
        Section {
            switch code?.invitation {
            case .asking:
                ProgressView("invitation_asking \(server)")
            case .notOffered:
                EmptyView()
            case nil:
                Button("invitation_create", systemImage: "person.badge.plus", action: invite)
            case .ready, .refused, .failed:
                Button("invitation_again", systemImage: "person.badge.plus", action: invite)
            }
        } header: {
            Text("invitation_offer_title")
        } footer: {
            switch code?.invitation {
            case .notOffered: Text("invitation_not_offered \(server)")
            case .refused: Text("invitation_refused \(server)")
            case .failed: Text("invitation_failed \(server)")
            case .asking, .ready, nil: Text("invitation_offer_text \(server)")
            }
        }
    }

    private static let moment = Date.FormatStyle(date: .long, time: .shortened)
}

/// A code with the address it stands for.
struct CodeCard: View {
    let drawn: QrCode?
    let address: String

    var body: some View {
        VStack(spacing: 12) {
            if let drawn {
                QrPicture(code: drawn)
                    .clipShape(RoundedRectangle(cornerRadius: 12))
                    .accessibilityElement()
                    .accessibilityLabel(Text("code_description \(address)"))
                    .accessibilityAddTraits(.isImage)
            }
            Text(verbatim: address).font(.headline)
        }
        .frame(maxWidth: .infinity)
    }
}

/// Instead of being shown, a code can be sent as the link that it is.
struct LinkWays: View {
    let link: String
    let copy: @MainActor (String) -> Void

    var body: some View {
        Section {
            ShareLink("code_share", item: link)
            Button("code_copy", systemImage: "doc.on.doc") { copy(link) }
        }
    }
}

struct CodePreviews: PreviewProvider {
    static func screen(_ codes: [CodeItem], invitation: Bool = false) -> some View {
        CodeScreen(
            codes: codes, code: codes.first, drawn: Samples.drawn, sent: codes.first?.link,
            account: .constant(codes.first?.account), showsInvitation: .constant(invitation), invite: {},
            copy: { _ in }, close: {})
    }

    static var previews: some View {
        screen([Samples.code()]).previewDisplayName("own code")
        screen([Samples.code(Samples.invitation)], invitation: true).preferredColorScheme(.dark)
            .previewDisplayName("invitation, dark")
        screen([Samples.code(.notOffered), Samples.code(account: 2)]).previewDisplayName("not offered, two accounts")
    }
}
