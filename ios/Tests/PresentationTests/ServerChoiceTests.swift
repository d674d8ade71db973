// Why: which way to go to the server is the user's to decide; here it is decided on the real core against a real server.

import Foundation
import LinnetCore
import Presentation
import Testing

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct ServerChoiceTests {
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
