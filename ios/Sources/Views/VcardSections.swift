// Why: what people tell of themselves: the user, to be edited, and a contact, to be read.
// Invariant: something is a link only where the core says so; everything else is text.

import LinnetCore
import Presentation
import SwiftUI

/// What the user tells of themselves; `vcard` is what others read now.
struct VcardForm: View {
    @Binding var draft: VcardDraft
    let vcard: VcardFields
    let save: @MainActor () -> Void

    var body: some View {
        Section {
            TextField("vcard_full_name", text: $draft.fullName).textContentType(.name)
            TextField("vcard_about", text: $draft.about, axis: .vertical).lineLimit(1...6)
            TextField("vcard_organisation", text: $draft.organisation).textContentType(.organizationName)
            TextField("vcard_role", text: $draft.role)
            TextField("vcard_email", text: $draft.email).textContentType(.emailAddress).keyboardType(.emailAddress)
                .textInputAutocapitalization(.never)
            TextField("vcard_website", text: $draft.website).textContentType(.URL).keyboardType(.URL)
                .textInputAutocapitalization(.never)
            Button("contact_save", action: save).disabled(draft.fields == vcard)
        } header: {
            Text("profile_vcard")
        } footer: {
            Text("profile_vcard_text")
        }
    }
}

/// What a contact tells of themselves.
struct VcardSection: View {
    let contact: ContactItem

    var body: some View {
        if let vcard = contact.vcard {
            // Who is called so is not told twice.
            let name = vcard.fullName == contact.title ? nil : vcard.fullName
            if name != nil || vcard.about != nil || !vcard.lines.isEmpty {
                Section("vcard_heading") {
                    if let name { fact("vcard_full_name", name) }
                    if let about = vcard.about { fact("vcard_about", about) }
                    ForEach(vcard.lines.indices, id: \.self) { at in line(vcard.lines[at]) }
                }
            }
        }
    }

    private func fact(_ title: LocalizedStringKey, _ text: String) -> some View {
        VStack(alignment: .leading, spacing: 2) {
            Text(title).font(.footnote).foregroundStyle(.secondary)
            Text(verbatim: text)
        }
        .accessibilityElement(children: .combine)
    }

    @ViewBuilder private func line(_ line: VcardLine) -> some View {
        if let link = line.link, let url = URL(string: link) {
            VStack(alignment: .leading, spacing: 2) {
                Text(Words.vcardKind(line.kind)).font(.footnote).foregroundStyle(.secondary)
                SwiftUI.Link(destination: url) { Text(verbatim: line.text) }
            }
        } else {
            fact(Words.vcardKind(line.kind), line.text)
        }
    }
}

extension Words {
    /// What a line of a vCard is.
    static func vcardKind(_ kind: VcardKind) -> LocalizedStringKey {
        switch kind {
        case .organisation: "vcard_organisation"
        case .role: "vcard_role"
        case .email: "vcard_email"
        case .telephone: "vcard_telephone"
        case .website: "vcard_website"
        case .address: "vcard_address"
        }
    }
}
