// Why: the first screen: an address, a password, and what goes wrong in words that say what to do.

import LinnetCore
import Presentation
import SwiftUI

/// The sign-in screen on its model.
struct SignInView: View {
    @Bindable var model: SignInModel
    private let app: AppModel
    /// A new account is signed in.
    var signedUp: (@MainActor () -> Void)?
    /// The way out, where there is something to go back to.
    var close: (@MainActor () -> Void)?

    init(
        model: SignInModel, app: AppModel, signedUp: (@MainActor () -> Void)? = nil,
        close: (@MainActor () -> Void)? = nil
    ) {
        _model = Bindable(model)
        self.app = app
        self.signedUp = signedUp
        self.close = close
    }

    var body: some View {
        SignInScreen(
            address: $model.address, password: $model.password, namesServer: $model.namesServer, host: $model.host,
            port: $model.port, directTls: $model.directTls, proxy: $model.proxy, progress: model.progress,
            canSubmit: model.canSubmit, showCertificate: showCertificate, takeLink: { model.takeLink() },
            submit: { Task { await model.signIn() } }, cancel: { Task { await model.cancel() } },
            signUp: { model.signingUp = app.signUp() }, haveInvitation: { model.haveInvitation() },
            arrive: { model.arriving = app.arrive() }, restoreBackup: { model.restoring = app.backup() }, close: close
        )
        .sheet(item: $model.shownCertificate.kept(over: app.lock)) { CertificateView(model: $0) }
        .sheet(item: $model.signingUp.kept(over: app.lock)) { SignUpView(model: $0) }
        .sheet(item: $model.scanning.kept(over: app.lock)) { scan in
            // It goes the way of an opened link.
            ScanView(model: scan, title: "invited_title") { app.show($0) }
        }
        .sheet(item: $model.restoring.kept(over: app.lock)) { BackupView(model: $0) { model.restoring = nil } }
        .sheet(item: $model.arriving.kept(over: app.lock)) { arrival in
            ArrivalView(model: arrival) {
                model.arriving = nil
                signedUp?()
            }
        }
        .onChange(of: model.signingUp?.isDone == true) { _, isDone in
            if isDone { signedUp?() }
        }
    }

    private var showCertificate: (@MainActor () -> Void)? {
        guard let shown = model.certificate else { return nil }
        return { model.shownCertificate = shown }
    }
}

/// What the sign-in screen looks like.
struct SignInScreen: View {
    @Binding var address: String
    @Binding var password: String
    @Binding var namesServer: Bool
    @Binding var host: String
    @Binding var port: String
    @Binding var directTls: Bool
    @Binding var proxy: ProxyDraft
    let progress: SignInModel.Progress
    let canSubmit: Bool
    /// There is a certificate to look at.
    var showCertificate: (@MainActor () -> Void)?
    /// What stands in the address field may be an invitation; whether it was.
    let takeLink: @MainActor () -> Bool
    let submit: @MainActor () -> Void
    let cancel: @MainActor () -> Void
    let signUp: @MainActor () -> Void
    let haveInvitation: @MainActor () -> Void
    let arrive: @MainActor () -> Void
    let restoreBackup: @MainActor () -> Void
    var close: (@MainActor () -> Void)?

    private enum Field: Hashable {
        case address
        case password
    }
    @FocusState private var focus: Field?

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    credentials
                } header: {
                    welcome
                }
                Section {
                    Toggle("sign_in_server_more", isOn: $namesServer)
                    if namesServer { ServerAddressFields(host: $host, port: $port, directTls: $directTls) }
                } footer: {
                    if namesServer { Text("sign_in_server_lead") }
                }
                Section {
                    ProxyFields(draft: $proxy)
                } footer: {
                    if proxy.isUsed { Text("proxy_text") }
                }
                Section {
                    SignInStatus(progress: progress)
                    if let showCertificate { Button("connection_certificate", action: showCertificate) }
                    if progress == .connecting {
                        Button("action_cancel", role: .cancel, action: cancel)
                    } else {
                        Button(action: submit) {
                            Text("sign_in_button").fontWeight(.semibold).frame(maxWidth: .infinity)
                        }
                        .disabled(!canSubmit)
                    }
                }
                if progress != .connecting {
                    Section {
                        Button("arrival_title", systemImage: "qrcode", action: arrive)
                        if close == nil {
                            Button("backup_restore_open", systemImage: "folder", action: restoreBackup)
                        }
                    }
                    Section("sign_up_none") {
                        if close == nil {
                            Button("invited_title", systemImage: "envelope.open", action: haveInvitation)
                        }
                        Button("sign_up_begin", systemImage: "person.badge.plus", action: signUp)
                    }
                }
            }
            .navigationTitle(close == nil ? "sign_in_title" : "sign_in_add_title")
            .toolbar {
                ToolbarItem(placement: .cancellationAction) {
                    if let close { Button("action_cancel", action: close) }
                }
            }
        }
    }

    private var welcome: some View {
        VStack(alignment: .leading, spacing: 8) {
            Image(decorative: "Linnet")
            Text("sign_in_lead").font(.body).multilineTextAlignment(.leading)
        }
        .padding(.bottom, 12)
    }

    @ViewBuilder private var credentials: some View {
        TextField("sign_in_address", text: $address)
            .textContentType(.username)
            .keyboardType(.emailAddress)
            .textInputAutocapitalization(.never)
            .autocorrectionDisabled()
            .submitLabel(.next)
            .focused($focus, equals: .address)
            .onSubmit { if !takeLink() { focus = .password } }
        SecureField("sign_in_password", text: $password)
            .textContentType(.password)
            .submitLabel(.go)
            .focused($focus, equals: .password)
            .onSubmit { if canSubmit { submit() } }
    }
}

/// Where a server is, and how TLS begins there.
struct ServerAddressFields: View {
    @Binding var host: String
    @Binding var port: String
    @Binding var directTls: Bool

    var body: some View {
        TextField("sign_in_server_host", text: $host)
            .textContentType(.URL)
            .keyboardType(.URL)
            .textInputAutocapitalization(.never)
            .autocorrectionDisabled()
        TextField("sign_in_server_port", text: $port).keyboardType(.numberPad)
        Toggle("sign_in_server_direct_tls", isOn: $directTls)
    }
}

/// A proxy's switch, host and port.
struct ProxyFields: View {
    @Binding var draft: ProxyDraft

    var body: some View {
        Toggle("proxy_use", isOn: $draft.isUsed)
        if draft.isUsed {
            TextField("proxy_host", text: $draft.host)
                .textContentType(.URL)
                .keyboardType(.URL)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
            TextField("sign_in_server_port", text: $draft.port).keyboardType(.numberPad)
        }
    }
}

/// How signing in goes.
struct SignInStatus: View {
    let progress: SignInModel.Progress

    var body: some View {
        switch progress {
        case .idle:
            EmptyView()
        case .connecting:
            HStack(spacing: 12) {
                ProgressView()
                Text("sign_in_working")
            }
        case .waiting(let reason):
            Label {
                Text(Words.waiting(reason))
            } icon: {
                Image(systemName: "wifi.slash").accessibilityHidden(true)
            }
        case .failed(let problem):
            Label {
                Text(Words.failure(problem))
            } icon: {
                Image(systemName: "exclamationmark.triangle.fill").foregroundStyle(.orange).accessibilityHidden(true)
            }
        }
    }
}

struct SignInPreviews: PreviewProvider {
    static func screen(
        _ progress: SignInModel.Progress, namesServer: Bool = false, proxy: ProxyDraft = ProxyDraft(),
        close: (@MainActor () -> Void)? = nil
    ) -> some View {
        let nothing: @MainActor () -> Void = {}
        return SignInScreen(
            address: .constant("alice@example.org"), password: .constant("secret"),
            namesServer: .constant(namesServer), host: .constant("xmpp.example.org"), port: .constant("5222"),
            directTls: .constant(false), proxy: .constant(proxy), progress: progress,
            canSubmit: progress != .connecting,
            showCertificate: progress == .failed(.login(.certificate)) ? nothing : nil, takeLink: { false }, submit: {},
            cancel: {}, signUp: {}, haveInvitation: {}, arrive: {}, restoreBackup: {}, close: close)
    }

    static var previews: some View {
        screen(.idle).previewDisplayName("empty")
        screen(.connecting).previewDisplayName("connecting")
        screen(.failed(.known), close: {}).previewDisplayName("one more account")
        screen(.failed(.login(.certificate)), proxy: ProxyDraft(ProxyAddress(host: "127.0.0.1", port: 9050)))
            .previewDisplayName("certificate, Tor")
        screen(.waiting(.unreachable), namesServer: true).previewDisplayName("no server")
        screen(.failed(.login(.wrongPassword))).preferredColorScheme(.dark).previewDisplayName("wrong password, dark")
    }
}
