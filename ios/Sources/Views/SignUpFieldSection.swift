// Why: a server asks whatever it likes; each kind of question has one way to be answered.

import Foundation
import LinnetCore
import Presentation
import SwiftUI

/// One question, with its picture and explanations.
struct SignUpFieldSection: View {
    let field: SignUpField
    let server: String
    @Binding var text: String
    @Binding var chosen: Set<String>
    let renewPassword: @MainActor () -> Void
    let copy: @MainActor (String) -> Void
    let open: @MainActor (String) -> Void

    var body: some View {
        Section {
            picture
            answer
            if field.meaning == .password {
                Button("sign_up_password_new", systemImage: "arrow.clockwise", action: renewPassword)
                Button("sign_up_password_copy", systemImage: "doc.on.doc") { copy(text) }.disabled(text.isEmpty)
            }
        } header: {
            if field.kind != .note { label }
        } footer: {
            footer
        }
    }

    @ViewBuilder private var answer: some View {
        switch field.kind {
        case .note:
            ForEach(field.values, id: \.self) { Text(verbatim: $0) }
        case .line:
            TextField("sign_up_answer", text: $text)
                .textContentType(field.meaning == .username ? .username : field.meaning == .email ? .emailAddress : nil)
                .keyboardType(field.meaning == .email ? .emailAddress : .default)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
        case .lines:
            TextField("sign_up_answer", text: $text, axis: .vertical)
        case .secret where field.meaning == .password:
            // Shown, for what was made has to be seen to be kept; the keychain offers to keep it.
            TextField("sign_in_password", text: $text)
                .textContentType(.newPassword)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
        case .secret:
            // Any other secret is no password to be remembered.
            SecureField("sign_up_answer", text: $text)
        case .switch:
            Toggle(isOn: isOn) { label }
        case .choice:
            Picker("sign_up_answer", selection: only) {
                ForEach(field.options, id: \.value) { Text(verbatim: $0.label).tag($0.value) }
            }
        case .choices:
            ForEach(field.options, id: \.value) { option in
                Toggle(isOn: contains(option.value)) { Text(verbatim: option.label) }
            }
        }
    }

    /// One on the web is fetched by nobody until the user opens it.
    @ViewBuilder private var picture: some View {
        if let file = field.picture {
            if let image = UIImage(data: file) {
                Image(uiImage: image).resizable().scaledToFit().frame(maxWidth: .infinity, maxHeight: 240)
                    .accessibilityLabel("sign_up_picture")
            } else {
                ProblemLine(text: "sign_up_picture_missing")
            }
        } else if let url = field.pictureUrl {
            Text("sign_up_picture_web_text").font(.footnote)
            Button("sign_up_picture_web", systemImage: "photo") { open(url) }
        }
    }

    @ViewBuilder private var label: some View {
        switch field.meaning {
        case .username: Text("sign_up_username")
        case .password: Text("sign_in_password")
        case .email: Text("sign_up_email")
        case .captcha: Text("sign_up_captcha")
        default:
            // A form knows better what it wants it for.
            let name = field.label ?? field.meaning.flatMap(Words.signUpField) ?? field.name
            if field.required { Text(verbatim: name) } else { Text("sign_up_optional \(name)") }
        }
    }

    @ViewBuilder private var footer: some View {
        VStack(alignment: .leading, spacing: 4) {
            if field.meaning == .password { Text("sign_up_password_made") }
            if field.meaning == .username && !text.isEmpty { Text("sign_up_address_will \(text + "@" + server)") }
            if let hint = field.hint { Text(verbatim: hint) }
        }
    }

    /// XEP-0004 has two words for it.
    private var isOn: Binding<Bool> {
        Binding(
            get: { chosen.contains("1") || chosen.contains("true") }, set: { chosen = $0 ? ["1"] : [] })
    }

    private var only: Binding<String> {
        Binding(get: { chosen.first ?? "" }, set: { chosen = [$0] })
    }

    private func contains(_ value: String) -> Binding<Bool> {
        Binding(
            get: { chosen.contains(value) },
            set: { if $0 { chosen.insert(value) } else { chosen.remove(value) } })
    }
}
