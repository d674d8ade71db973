// Why: shows what a server says of itself and what this device makes of it, so that a person can decide. The texts of a
// certificate are anybody's; only the fingerprint is a fact, so that is what the user is asked to compare.
// Invariant: trusting takes two deliberate steps, and nothing here accepts "any" certificate.

import LinnetCore
import Presentation
import SwiftUI

/// The certificate screen on its model.
struct CertificateView: View {
    @State private var model: CertificateModel
    @Environment(\.dismiss) private var dismiss

    init(model: CertificateModel) {
        _model = State(initialValue: model)
    }

    var body: some View {
        @Bindable var model = model
        CertificateScreen(
            certificate: model.certificate, domain: model.domain,
            trust: { certificate in Task { await model.trust(certificate) } },
            distrust: { Task { await model.distrust() } }, close: { dismiss() }
        )
        .task { await model.run() }
        .problemAlert($model.problem)
        .onChange(of: model.isDone) { _, isDone in
            if isDone { dismiss() }
        }
    }
}

/// What the certificate screen looks like.
struct CertificateScreen: View {
    let certificate: CertificateItem?
    let domain: String
    let trust: @MainActor (CertificateItem) -> Void
    let distrust: @MainActor () -> Void
    let close: @MainActor () -> Void

    var body: some View {
        NavigationStack {
            Form {
                if let certificate {
                    verdict(certificate)
                    fingerprints(certificate)
                    about(certificate)
                    // Another certificate begins the decision anew.
                    TrustSection(certificate: certificate, trust: trust, distrust: distrust).id(certificate.sha256)
                }
            }
            .navigationTitle("certificate_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_close", action: close) }
            }
        }
    }

    @ViewBuilder private func verdict(_ certificate: CertificateItem) -> some View {
        Section {
            if certificate.changed && certificate.problem == nil {
                Verdict(
                    "certificate_moved_title", Text("certificate_moved"), "arrow.triangle.2.circlepath", .accentColor)
            } else if certificate.changed {
                Verdict(
                    "certificate_changed_title", Text("certificate_changed \(domain)"), "exclamationmark.octagon.fill",
                    .red)
            } else if certificate.pinnedSha256 != nil {
                Verdict("certificate_pinned_title", Text("certificate_pinned \(domain)"), "pin.fill", .accentColor)
            } else {
                Verdict(
                    "certificate_warning_title \(domain)", Text("certificate_warning"), "exclamationmark.triangle.fill",
                    .orange)
            }
        }
        if let problem = certificate.problem {
            Section("certificate_problem") { Text(Words.certificate(problem)) }
        }
    }

    private func fingerprints(_ certificate: CertificateItem) -> some View {
        Section {
            if let pinned = certificate.pinnedSha256, certificate.changed {
                FingerprintView(title: "certificate_fingerprint_old", sha256: pinned)
                FingerprintView(title: "certificate_fingerprint_new", sha256: certificate.sha256)
            } else {
                FingerprintView(title: "certificate_fingerprint", sha256: certificate.sha256)
            }
        }
    }

    private func about(_ certificate: CertificateItem) -> some View {
        Section {
            if !certificate.names.isEmpty {
                field("certificate_names", Text(verbatim: certificate.names.joined(separator: "\n")))
            }
            field(
                "certificate_valid",
                Text("certificate_valid_between \(date(certificate.notBefore)) \(date(certificate.notAfter))"))
            field("certificate_subject", Text(verbatim: certificate.subject))
            field("certificate_issuer", Text(verbatim: certificate.issuer))
        }
    }

    private func field(_ title: LocalizedStringKey, _ text: Text) -> some View {
        VStack(alignment: .leading, spacing: 2) {
            Text(title).font(.footnote).foregroundStyle(.secondary)
            text
        }
        .accessibilityElement(children: .combine)
    }

    private func date(_ milliseconds: Int64) -> Text {
        Text(Date(milliseconds: milliseconds), format: .dateTime.day().month(.abbreviated).year())
    }
}

/// What this device makes of the certificate.
private struct Verdict: View {
    let title: LocalizedStringKey
    let text: Text
    let symbol: String
    let colour: Color

    init(_ title: LocalizedStringKey, _ text: Text, _ symbol: String, _ colour: Color) {
        self.title = title
        self.text = text
        self.symbol = symbol
        self.colour = colour
    }

    var body: some View {
        Label {
            VStack(alignment: .leading, spacing: 6) {
                Text(title).font(.headline)
                text
            }
        } icon: {
            Image(systemName: symbol).foregroundStyle(colour).accessibilityHidden(true)
        }
        .accessibilityElement(children: .combine)
    }
}

/// The decision, in two steps.
private struct TrustSection: View {
    let certificate: CertificateItem
    let trust: @MainActor (CertificateItem) -> Void
    let distrust: @MainActor () -> Void
    @State private var isAsked = false
    @State private var hasCompared = false

    init(
        certificate: CertificateItem, trust: @escaping @MainActor (CertificateItem) -> Void,
        distrust: @escaping @MainActor () -> Void
    ) {
        self.certificate = certificate
        self.trust = trust
        self.distrust = distrust
    }

    private var isPinned: Bool { certificate.pinnedSha256 != nil && !certificate.changed }
    private var hasMoved: Bool { certificate.changed && certificate.problem == nil }

    var body: some View {
        Section {
            if hasMoved {
                Button("certificate_use_public", action: distrust)
            } else if isPinned {
                Button("certificate_forget", role: .destructive, action: distrust)
            } else {
                Button("certificate_trust") { isAsked = true }.disabled(isAsked)
            }
        }
        if isAsked {
            Section("certificate_trust_question") {
                Text("certificate_trust_text")
                Toggle("certificate_trust_compared", isOn: $hasCompared)
                Button("certificate_trust_confirm", role: .destructive) { trust(certificate) }.disabled(!hasCompared)
            }
        }
    }
}

/// A fingerprint in groups; letter by letter when read aloud.
private struct FingerprintView: View {
    let title: LocalizedStringKey
    let sha256: String

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(title).font(.footnote).foregroundStyle(.secondary)
            Text(verbatim: Fingerprint.lines(sha256).joined(separator: "\n"))
                .monospaced()
                .speechSpellsOutCharacters()
                // Digits are compared in one order everywhere.
                .environment(\.layoutDirection, .leftToRight)
        }
        .accessibilityElement(children: .combine)
    }
}

struct CertificatePreviews: PreviewProvider {
    static func screen(_ certificate: CertificateItem) -> some View {
        CertificateScreen(
            certificate: certificate, domain: "example.org", trust: { _ in }, distrust: {}, close: {})
    }

    static var previews: some View {
        screen(Samples.certificate()).previewDisplayName("a private authority")
        screen(Samples.certificate(isPinned: true, changed: true)).preferredColorScheme(.dark)
            .previewDisplayName("changed, dark")
        screen(Samples.certificate(problem: nil, isPinned: true, changed: true)).previewDisplayName("moved")
        screen(Samples.certificate(isPinned: true)).environment(\.layoutDirection, .rightToLeft)
            .previewDisplayName("trusted, right to left")
        screen(Samples.certificate()).dynamicTypeSize(.accessibility3).previewDisplayName("large text")
    }
}
