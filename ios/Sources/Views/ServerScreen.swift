// Why: what a server can do for its user, how the connection to it is, and whom to turn to.
// Invariant: an address is a link only where the core says so; everything else is text.

import LinnetCore
import Presentation
import SwiftUI

/// The screen about a server on its model.
struct ServerView: View {
    @State private var model: ServerModel
    @State private var attempt = 0
    @Environment(\.dismiss) private var dismiss

    init(model: ServerModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        NavigationStack {
            Group {
                if model.storeFailed {
                    StoreFailedView { attempt += 1 }
                } else if let details = model.details {
                    ServerScreen(details: details, outage: model.outage, isOffline: model.isOffline)
                } else {
                    ProgressView()
                }
            }
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .confirmationAction) { Button("action_done") { dismiss() } }
            }
        }
        .task(id: attempt) { await model.run() }
        .problemAlert($model.problem)
    }
}

/// What the screen about a server looks like.
struct ServerScreen: View {
    let details: ServerDetailsItem
    let outage: Outage?
    let isOffline: Bool
    @State private var isCopied = false

    init(details: ServerDetailsItem, outage: Outage?, isOffline: Bool) {
        self.details = details
        self.outage = outage
        self.isOffline = isOffline
    }

    var body: some View {
        Form {
            if let outage { OutageSection(outage: outage) }
            if isOffline && details.asked == nil { Section { Text("server_offline") } }
            Section("server_can") {
                ForEach(details.capabilities, id: \.capability) { line in
                    CapabilityLine(line: line, largestFile: line.capability == .files ? details.largestFile : nil)
                }
            }
            if let login = details.login { connection(login) }
            if !details.addresses.isEmpty || !details.statusPages.isEmpty { people }
            Section {
                Button("server_copy", systemImage: "doc.on.doc") {
                    UIPasteboard.general.string = details.report
                    isCopied = true
                }
            } footer: {
                if isCopied { Text("server_copied") }
            }
        }
        .navigationTitle(details.domain)
    }

    private func connection(_ login: LoginDetails) -> some View {
        Section("server_connection") {
            fact("server_tls", login.tls.replacingOccurrences(of: "TLSv", with: "TLS "))
            fact("server_mechanism", login.mechanism)
            if let binding = login.binding {
                fact("server_binding", binding)
            } else {
                Text("server_unbound")
            }
            if let certificate = login.certificate {
                fact("server_certificate", certificate.subject)
                fact("server_issuer", certificate.issuer)
                LabeledContent("server_expires") {
                    Text(
                        Date(milliseconds: certificate.notAfter),
                        format: .dateTime.day().month(.abbreviated).year())
                }
            }
            if let software = details.software {
                fact("server_software", [software.name, software.version ?? ""].joined(separator: " "))
            }
        }
    }

    private var people: some View {
        Section("server_people") {
            ForEach(details.addresses, id: \.uri) { address in
                LabeledContent(Words.contactKind(address.kind)) { uri(address.uri, isLink: address.link) }
            }
            ForEach(details.statusPages, id: \.self) { page in
                LabeledContent("server_status") { uri(page, isLink: true) }
            }
        }
    }

    @ViewBuilder private func uri(_ uri: String, isLink: Bool) -> some View {
        let shown = uri.hasPrefix("mailto:") ? String(uri.dropFirst("mailto:".count)) : uri
        if isLink, let url = URL(string: uri) {
            SwiftUI.Link(destination: url) { Text(verbatim: shown) }
        } else {
            Text(verbatim: shown)
        }
    }

    private func fact(_ title: LocalizedStringKey, _ text: String) -> some View {
        LabeledContent(title) { Text(verbatim: text) }
    }
}

/// What a server announces.
private struct OutageSection: View {
    let outage: Outage

    var body: some View {
        Section {
            Label {
                VStack(alignment: .leading, spacing: 4) {
                    let begin = moment(outage.beginning)
                    Text(outage.planned ? "server_outage_planned \(begin)" : "server_outage \(begin)").font(.headline)
                    if let end = outage.expectedEnd { Text("server_outage_end \(moment(end))") }
                    if let message = outage.message { Text(verbatim: message) }
                }
            } icon: {
                Image(systemName: "exclamationmark.triangle.fill").foregroundStyle(.orange).accessibilityHidden(true)
            }
        }
    }

    private func moment(_ milliseconds: Int64) -> String {
        Date(milliseconds: milliseconds).formatted(date: .abbreviated, time: .shortened)
    }
}

/// One thing that a server can do or not.
private struct CapabilityLine: View {
    let line: CapabilityItem
    let largestFile: UInt64?

    var body: some View {
        let (title, text) = Words.capability(line.capability)
        Label {
            VStack(alignment: .leading, spacing: 2) {
                Text(title).foregroundStyle(line.support == .yes ? .primary : .secondary)
                Text(text).font(.footnote).foregroundStyle(.secondary)
                if let largestFile {
                    Text("server_largest \(String(max(largestFile / 1_000_000, 1)))").font(.footnote)
                }
                Text(verbatim: "XEP-" + line.xeps.joined(separator: ", ")).font(.caption).foregroundStyle(.secondary)
            }
        } icon: {
            switch line.support {
            case .yes:
                Image(systemName: "checkmark.circle.fill").foregroundStyle(.tint).accessibilityLabel("server_yes")
            case .no: Image(systemName: "xmark.circle").foregroundStyle(.red).accessibilityLabel("server_no")
            case .unknown:
                Image(systemName: "questionmark.circle").foregroundStyle(.secondary)
                    .accessibilityLabel("server_unknown")
            }
        }
        .accessibilityElement(children: .combine)
    }
}

extension Words {
    /// What it is, and what it means to the user.
    static func capability(_ capability: ServerCapability) -> (LocalizedStringKey, LocalizedStringKey) {
        switch capability {
        case .archive: ("server_archive", "server_archive_text")
        case .streamManagement: ("server_stream_management", "server_stream_management_text")
        case .carbons: ("server_carbons", "server_carbons_text")
        case .push: ("server_push", "server_push_text")
        case .clientState: ("server_client_state", "server_client_state_text")
        case .files: ("server_files", "server_files_text")
        case .calls: ("server_calls", "server_calls_text")
        case .rooms: ("server_rooms", "server_rooms_text")
        case .blocking: ("server_blocking", "server_blocking_text")
        case .reports: ("server_reports", "server_reports_text")
        case .profile: ("server_profile", "server_profile_text")
        case .avatars: ("server_avatars", "server_avatars_text")
        case .fastSignIn: ("server_fast_sign_in", "server_fast_sign_in_text")
        case .channelBinding: ("server_channel_binding", "server_channel_binding_text")
        case .downgradeProtection: ("server_downgrade_protection", "server_downgrade_protection_text")
        case .clientManagement: ("server_client_management", "server_client_management_text")
        case .contact: ("server_contact", "server_contact_text")
        case .outages: ("server_outages", "server_outages_text")
        }
    }

    static func contactKind(_ kind: ContactKind) -> LocalizedStringKey {
        switch kind {
        case .support: "server_support"
        case .admin: "server_admin"
        case .abuse: "server_abuse"
        case .security: "server_security"
        case .status: "server_status"
        case .feedback: "server_feedback"
        case .sales: "server_sales"
        }
    }
}

struct ServerPreviews: PreviewProvider {
    static func screen(_ details: ServerDetailsItem, outage: Outage? = nil, isOffline: Bool = false) -> some View {
        NavigationStack { ServerScreen(details: details, outage: outage, isOffline: isOffline) }
    }

    static var previews: some View {
        screen(Samples.server, outage: Samples.outage).previewDisplayName("a good server with an announcement")
        screen(Samples.server).preferredColorScheme(.dark).dynamicTypeSize(.accessibility3)
            .previewDisplayName("dark, large text")
        screen(Samples.silentServer, isOffline: true).previewDisplayName("never asked")
    }
}

extension Samples {
    static let outage = Outage(
        planned: true, beginning: 1_790_010_000_000, expectedEnd: 1_790_013_600_000, message: "New disks")
    static let server = server(
        .yes,
        addresses: [
            ContactAddress(kind: .support, uri: "xmpp:help@rooms.example.org?join", link: true),
            ContactAddress(kind: .admin, uri: "the caretaker, second floor", link: false),
        ],
        login: LoginDetails(
            tls: "TLSv1.3", certificate: certificate(problem: nil), mechanism: "SCRAM-SHA-256-PLUS",
            binding: "tls-exporter"))
    static let silentServer = server(.unknown, addresses: [], login: nil)

    private static func server(
        _ support: Support, addresses: [ContactAddress], login: LoginDetails?
    ) -> ServerDetailsItem {
        let capabilities: [ServerCapability] = [.archive, .streamManagement, .push, .files, .calls, .channelBinding]
        return ServerDetailsItem(
            key: "1", account: 1, domain: "example.org",
            capabilities: capabilities.enumerated().map { at, capability in
                CapabilityItem(
                    capability: capability, xeps: ["0\(300 + at)"],
                    support: support == .yes && capability == .calls ? .no : support)
            },
            largestFile: support == .yes ? 104_857_600 : nil,
            software: support == .yes ? Software(name: "Prosody", version: "13.0.1") : nil, addresses: addresses,
            outageFile: nil, statusPages: [], login: login, asked: support == .yes ? 1_790_000_000_000 : nil,
            report: "Server: example.org")
    }
}
