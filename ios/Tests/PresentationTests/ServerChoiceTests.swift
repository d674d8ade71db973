// Why: whom to trust and which way to go are the user's to decide; here it is decided on the real core against a real
// server whose authority this device does not know.

import Foundation
import LinnetCore
import Presentation
import Testing

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct ServerChoiceTests {
        @Test func anUnknownCertificateIsShownAndTrustedOnlyAfterTheUserSaysSo() async throws {
            let server = try Server.required()
            let stranger = Person(device: try Device())
            let model = try await stranger.signInScreen()
            #expect(model.certificate == nil)
            model.fill(server.alice, server.password, server)
            await model.signIn()
            try await until("the certificate is refused") { model.progress == .failed(.login(.certificate)) }
            try await until("it can be looked at") { model.certificate != nil }
            let screen = try #require(model.certificate)
            stranger.run { await screen.run() }
            let shown = try #require(screen.certificate)
            #expect(shown.problem == .unknownIssuer && shown.pinnedSha256 == nil && !shown.changed)
            #expect(shown.names.contains(server.domain) && screen.domain == server.domain)
            #expect(Fingerprint.lines(shown.sha256).joined(separator: " ").split(separator: " ").count == 16)

            // What is on screen is trusted, nothing else.
            var other = shown
            other = CertificateItem(
                sha256: String(repeating: "0", count: 64), subject: other.subject, issuer: other.issuer,
                names: other.names, notBefore: other.notBefore, notAfter: other.notAfter, problem: other.problem,
                pinnedSha256: nil, changed: false)
            await screen.trust(other)
            #expect(screen.problem == .NotNow && !screen.isDone)
            await screen.trust(shown)
            #expect(screen.isDone)
            let list = try await stranger.chatList()
            try await until("it is remembered") {
                stranger.app.accounts.first?.certificate?.pinnedSha256 == shown.sha256
            }

            // Taken back, the server is a stranger again.
            let account = try #require(stranger.app.accounts.first)
            let again = AccountsModel(client: list.client).certificate(account)
            stranger.run { await again.run() }
            await again.distrust()
            #expect(again.isDone && again.problem == nil)
            try await until("the banner says so") {
                stranger.app.banner == .failed(account: account.id, address: server.alice, reason: .certificate)
            }
            await stranger.leave()
        }

        @Test func aProxyIsGoneThroughOrNothingIs() async throws {
            let server = try Server.required()
            let alice = Person(device: try Device(), ca: server.ca)
            let model = try await alice.signInScreen()
            model.fill(server.alice, server.password, server)
            model.proxy.isUsed = true
            model.proxy.port = "70000"
            await model.signIn()
            #expect(model.progress == .failed(.proxy))
            // Nobody listens on port 1.
            model.proxy.port = "1"
            await model.signIn()
            try await until("the proxy can't be reached") { model.progress == .waiting(.proxy) }
            let account = try #require(alice.app.accounts.first)
            #expect(account.proxy == ProxyAddress(host: "127.0.0.1", port: 1))
            let client = try #require(alice.app.client)
            let accounts = AccountsModel(client: client)
            await accounts.setProxy(account, nil)
            #expect(accounts.problem == nil)
            _ = try await alice.chatList()
            #expect(alice.app.accounts.first?.proxy == nil)
            await alice.leave()
        }
    }
}

struct TypedTests {
    @Test func aProxyNeedsAHostAndAPort() {
        #expect(ProxyDraft().address == ProxyAddress(host: "127.0.0.1", port: 9050) && !ProxyDraft().isUsed)
        #expect(ProxyDraft(ProxyAddress(host: "proxy", port: 1080)).isUsed)
        var draft = ProxyDraft()
        for port in ["", "0", "65536", "-1", "9o50"] {
            draft.port = port
            #expect(draft.address == nil, "\(port)")
        }
        draft.port = " 65535 "
        draft.host = "  "
        #expect(draft.address == nil)
        draft.host = String(repeating: "a", count: 256)
        #expect(draft.address == nil)
    }

    @Test func aServerNeedsAHostAndAPort() {
        #expect(!ServerDraft().isUsed && ServerDraft().isEmpty && ServerDraft().address == nil)
        let known = ServerAddress(host: "xmpp.example.org", port: 5223, directTls: true)
        var draft = ServerDraft(known)
        #expect(draft.isUsed && !draft.isEmpty && draft.address == known)
        for port in ["", "0", "65536", "-1", "5z22"] {
            draft.port = port
            #expect(draft.address == nil, "\(port)")
        }
        draft = ServerDraft(known)
        draft.host = "  "
        #expect(draft.isEmpty && draft.address == nil)
    }

    @Test func fingerprintsAreReadInGroups() {
        let digits = (0..<64).map { String($0 % 16, radix: 16) }.joined()
        #expect(
            Fingerprint.lines(digits)
                == Array(repeating: "0123 4567 89AB CDEF", count: 4))
    }

    @Test func stylingCharactersAreNotReadAloud() {
        func span(_ text: String, directive: Bool = false, link: String? = nil) -> TextSpan {
            TextSpan(
                text: text, strong: false, emphasis: false, strike: false, code: false, directive: directive,
                link: link)
        }
        let blocks = [
            TextBlock(
                quote: 0, preformatted: false,
                spans: [span("*", directive: true), span("Look"), span("*", directive: true), span(": here")]),
            TextBlock(
                quote: 1, preformatted: false,
                spans: [
                    span("https://a.example", link: "https://a.example"), span(" twice "),
                    span("a.example", link: "https://a.example"),
                ]),
        ]
        #expect(blocks.spoken == "Look: here\nhttps://a.example twice a.example")
        #expect(blocks.links == ["https://a.example"])
        #expect([TextBlock]().spoken == "")
    }
}
