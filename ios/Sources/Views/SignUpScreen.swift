// Why: an account without any personal data, on a server of one's choice: first which server, then what it asks.

import Foundation
import LinnetCore
import Presentation
import SwiftUI

/// The sign-up screen on its model.
struct SignUpView: View {
    @State private var model: SignUpModel
    @Environment(\.dismiss) private var dismiss

    init(model: SignUpModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        SignUpScreen(
            step: model.step, problem: model.problem, list: model.list, search: $model.search, domain: $model.domain,
            place: $model.place, proxy: $model.proxy, texts: $model.texts, chosen: $model.chosen,
            found: { model.found(in: $0) }, canChooseAnother: model.canChooseAnother,
            actions: SignUpScreen.Actions(
                choose: { provider in Task { await model.choose(provider) } },
                startOwn: { Task { await model.startOwn() } },
                submit: { Task { await model.submit() } },
                renewPassword: { model.renewPassword() },
                copy: copySecret,
                tryAgain: { Task { await model.tryAgain() } },
                chooseAnother: { Task { await model.chooseAnother() } },
                close: { dismiss() })
        )
        .task { await model.run() }
        .onChange(of: model.isDone, initial: true) { _, isDone in
            if isDone { dismiss() }
        }
    }
}

/// What the sign-up screen looks like.
struct SignUpScreen: View {
    struct Actions {
        let choose: @MainActor (Provider) -> Void
        let startOwn: @MainActor () -> Void
        let submit: @MainActor () -> Void
        let renewPassword: @MainActor () -> Void
        let copy: @MainActor (String) -> Void
        let tryAgain: @MainActor () -> Void
        let chooseAnother: @MainActor () -> Void
        let close: @MainActor () -> Void
    }

    let step: SignUpModel.Step
    let problem: SignUpModel.Problem?
    let list: ProviderList
    @Binding var search: String
    @Binding var domain: String
    @Binding var place: ServerDraft
    @Binding var proxy: ProxyDraft
    @Binding var texts: [String: String]
    @Binding var chosen: [String: Set<String>]
    let found: @MainActor (Locale) -> [Provider]
    let canChooseAnother: Bool
    let actions: Actions
    @Environment(\.locale) private var locale
    @Environment(\.openURL) private var openURL

    var body: some View {
        NavigationStack {
            Form {
                if let problem { Section { ProblemLine(text: Words.failure(problem)) } }
                content
            }
            .navigationTitle("sign_up_begin")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_cancel", action: actions.close) }
            }
        }
    }

    @ViewBuilder private var content: some View {
        switch step {
        case .choosing:
            servers
            own
        case .asking(let server):
            Section {
                HStack(spacing: 12) {
                    ProgressView()
                    Text("sign_up_asking \(server)")
                }
            }
        case .filling(let server, let form, let problem, let isSending):
            filling(server, form, problem, isSending)
        case .web(let server, let url, let instructions):
            web(server, url, instructions)
        case .failed(let server, let problem):
            Section(server) {
                SignUpProblemLine(problem: problem)
                Button("action_try_again", action: actions.tryAgain)
                another
            }
        case .made(let address, let connection):
            made(address, connection)
        }
    }

    @ViewBuilder private var servers: some View {
        let shown = found(locale)
        Section {
            Text("sign_up_choose_lead")
            TextField("sign_up_search", text: $search)
                .autocorrectionDisabled()
                .textInputAutocapitalization(.never)
        }
        Section {
            ForEach(shown, id: \.domain) { provider in
                Button {
                    actions.choose(provider)
                } label: {
                    ProviderLine(provider: provider, locale: locale)
                }
                .buttonStyle(.plain)
            }
            if shown.isEmpty { Text("sign_up_nothing_found") }
        } footer: {
            if let date = list.date { Text("sign_up_list_from \(date)") }
        }
    }

    private var own: some View {
        Section {
            TextField("account_server", text: $domain)
                .keyboardType(.URL)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
                .submitLabel(.go)
                .onSubmit(actions.startOwn)
            Toggle("sign_in_server_more", isOn: $place.isUsed)
            if place.isUsed {
                ServerAddressFields(host: $place.host, port: $place.port, directTls: $place.directTls)
            }
            ProxyFields(draft: $proxy)
            Button("sign_up_continue", action: actions.startOwn).disabled(domain.isEmpty)
        } header: {
            Text("sign_up_own")
        } footer: {
            Text("sign_up_own_text")
        }
    }

    @ViewBuilder private func filling(
        _ server: String, _ form: SignUpForm, _ problem: SignUpProblem?, _ isSending: Bool
    ) -> some View {
        Section {
            if let title = form.title { Text(verbatim: title).font(.headline) } else { Text("sign_up_on \(server)") }
            if let instructions = form.instructions { Text(verbatim: instructions).foregroundStyle(.secondary) }
        }
        ForEach(Array(form.fields.enumerated()), id: \.offset) { _, field in
            SignUpFieldSection(
                field: field, server: server,
                text: Binding(get: { texts[field.name] ?? "" }, set: { texts[field.name] = $0 }),
                chosen: Binding(get: { chosen[field.name] ?? [] }, set: { chosen[field.name] = $0 }),
                renewPassword: actions.renewPassword, copy: actions.copy, open: open
            )
            .disabled(isSending)
        }
        Section {
            if let problem { SignUpProblemLine(problem: problem) }
            if isSending {
                HStack(spacing: 12) {
                    ProgressView()
                    Text("sign_up_sending")
                }
            } else {
                Button(action: actions.submit) {
                    Text("sign_up_submit").fontWeight(.semibold).frame(maxWidth: .infinity)
                }
            }
            if let web = form.web { Button("sign_up_web_instead") { open(web) } }
            another
        }
    }

    @ViewBuilder private func web(_ server: String, _ url: String, _ instructions: String?) -> some View {
        Section(server) {
            Text("sign_up_web_lead \(server)")
            if let instructions { Text("sign_up_server_says \(instructions)").foregroundStyle(.secondary) }
            Text(verbatim: url).font(.footnote).foregroundStyle(.secondary)
            Button("sign_up_web_open", systemImage: "safari") { open(url) }
            Button("sign_up_web_sign_in", action: actions.close)
            another
        }
    }

    @ViewBuilder private var another: some View {
        if canChooseAnother { Button("sign_up_another", action: actions.chooseAnother) }
    }

    private func made(_ address: String, _ connection: Connection) -> some View {
        Section {
            VStack(spacing: 12) {
                Image(decorative: "Linnet")
                Text("sign_up_made \(address)").font(.title2).multilineTextAlignment(.center)
            }
            .frame(maxWidth: .infinity)
            switch connection {
            case .failed(let reason): ProblemLine(text: Words.failure(reason))
            case .waiting(_, let reason): ProblemLine(text: Words.waiting(reason))
            case .off, .connecting, .catchingUp, .online:
                HStack(spacing: 12) {
                    ProgressView()
                    Text("sign_in_working")
                }
            }
        }
    }

    private func open(_ address: String) {
        if let url = URL(string: address) { openURL(url) }
    }
}

/// A server with what there is to know of it.
private struct ProviderLine: View {
    let provider: Provider
    let locale: Locale

    var body: some View {
        VStack(alignment: .leading, spacing: 2) {
            Text(verbatim: provider.domain)
            Text(verbatim: countries).font(.footnote).foregroundStyle(.secondary)
            Text(registration).font(.footnote).foregroundStyle(.secondary)
            archive.font(.footnote).foregroundStyle(.secondary)
            if let megabytes = provider.fileMegabytes {
                Text("sign_up_files \(String(megabytes))").font(.footnote).foregroundStyle(.secondary)
            }
            if let year = provider.since {
                Text("sign_up_since \(String(year))").font(.footnote).foregroundStyle(.secondary)
            }
            if provider.green { Text("sign_up_green").font(.footnote).foregroundStyle(.secondary) }
            if !provider.freeOfCharge { Text("sign_up_paid").font(.footnote).foregroundStyle(.secondary) }
        }
        .frame(maxWidth: .infinity, alignment: .leading)
        .accessibilityElement(children: .combine)
    }

    private var countries: String {
        provider.countries.map { locale.localizedString(forRegionCode: $0) ?? $0 }.joined(separator: " · ")
    }

    private var registration: LocalizedStringKey {
        switch provider.registration {
        case .inApp(_, email: true): "sign_up_in_app_email"
        case .inApp(captcha: true, _): "sign_up_in_app_captcha"
        case .inApp: "sign_up_in_app"
        case .web: "sign_up_on_web"
        }
    }

    @ViewBuilder private var archive: some View {
        if let days = provider.archiveDays {
            let count = Int(days)
            if count == 0 { Text("sign_up_keeps_always") } else { Text("sign_up_keeps \(count)") }
        }
    }
}

/// What went wrong, beside a sign of it.
struct ProblemLine: View {
    let text: LocalizedStringKey

    var body: some View {
        Label {
            Text(text)
        } icon: {
            Image(systemName: "exclamationmark.triangle.fill").foregroundStyle(.orange).accessibilityHidden(true)
        }
    }
}

/// Why there is no account yet, with the server's own words.
private struct SignUpProblemLine: View {
    let problem: SignUpProblem

    var body: some View {
        ProblemLine(text: Words.failure(problem))
        if let words = Words.server(problem) {
            Text("sign_up_server_says \(words)").font(.footnote).foregroundStyle(.secondary)
        }
    }
}

struct SignUpPreviews: PreviewProvider {
    static func screen(_ step: SignUpModel.Step, problem: SignUpModel.Problem? = nil) -> some View {
        SignUpScreen(
            step: step, problem: problem, list: ProviderList(providers: Samples.providers, date: "2026-07-22"),
            search: .constant(""), domain: .constant(""), place: .constant(ServerDraft()),
            proxy: .constant(ProxyDraft()), texts: .constant(["username": "carol"]), chosen: .constant([:]),
            found: { _ in Samples.providers }, canChooseAnother: true,
            actions: SignUpScreen.Actions(
                choose: { _ in }, startOwn: {}, submit: {}, renewPassword: {}, copy: { _ in }, tryAgain: {},
                chooseAnother: {}, close: {}))
    }

    static func filling(_ problem: SignUpProblem?, isSending: Bool = false) -> SignUpModel.Step {
        .filling(server: "example.org", form: Samples.signUpForm, problem: problem, isSending: isSending)
    }

    static var previews: some View {
        screen(.choosing).previewDisplayName("servers")
        screen(.choosing, problem: .domain).previewDisplayName("no such server")
        screen(filling(.nameTaken)).previewDisplayName("a name that is taken")
        screen(filling(nil, isSending: true)).preferredColorScheme(.dark).previewDisplayName("on its way, dark")
        screen(.web(server: "example.net", url: "https://example.net/join", instructions: nil))
            .previewDisplayName("on the web")
        screen(.failed(server: "example.net", problem: .later(text: "Two accounts a day")))
            .environment(\.layoutDirection, .rightToLeft).previewDisplayName("not now, right to left")
        screen(.made(address: "carol@example.org", connection: .connecting)).previewDisplayName("made")
    }
}
