// Why: a code on one device makes a contact on another, and whatever else a code or link says does nothing by itself.

import Foundation
import LinnetCore
import Presentation
import Testing

extension CameraFrame {
    /// A frame with a code in it, a bit aside, as a camera sees it.
    init(of code: QrCode, scale: Int = 6) {
        let (width, height, side) = (640, 480, Int(code.side))
        var luma = Data(repeating: 200, count: width * height)
        for y in 0..<(side + 8) * scale {
            for x in 0..<(side + 8) * scale {
                let (column, row) = (x / scale - 4, y / scale - 4)
                let isInside = (0..<side).contains(column) && (0..<side).contains(row)
                let isDark = isInside && code.modules[row * side + column] == 1
                luma[(y + 20) * width + x + 40] = isDark ? 10 : 240
            }
        }
        self.init(luma: luma, width: width, height: height, stride: width)
    }
}

@MainActor
struct ScanTests {
    private func frame(_ text: String) throws -> CameraFrame { CameraFrame(of: try drawQr(text: text)) }

    @Test func theFirstCodeThatLeadsSomewhereIsIt() async throws {
        let model = ScanModel()
        await model.look(at: CameraFrame(luma: Data(count: 10), width: 640, height: 480, stride: 640))
        #expect(model.found == nil && model.trouble == nil)
        await model.look(at: try frame("WIFI:S:home;T:WPA;P:secret;;"))
        #expect(model.found == nil && model.trouble == .link(.Unreadable))
        await model.look(at: try frame("xmpp:room@muc.example.org?join"))
        #expect(model.found == nil && model.trouble == .link(.Unsupported))
        await model.look(at: try frame("linnet-device:1a:AAAA"))
        #expect(model.found == nil && model.trouble == .link(.Device))
        await model.look(at: try frame("xmpp:bob@example.org?roster;preauth=t;name=Bob"))
        let bob = Link.contact(
            address: "bob@example.org", link: "xmpp:bob@example.org?roster;preauth=t;name=Bob", name: "Bob",
            invited: true, newcomers: false)
        #expect(model.found == bob && model.trouble == nil)
        await model.look(at: try frame("xmpp:mallory@example.org"))
        #expect(model.found == bob)
    }

    @Test func whoHasNoAccountScansOrPutsInAnInvitation() async throws {
        let model = ScanModel(wantsInvitation: true)
        for junk in ["WIFI:S:home;T:WPA;P:secret;;", "xmpp:bob@example.org?remove", "xmpp:room@muc.example.org?join"] {
            await model.look(at: try frame(junk))
            #expect(model.found == nil && model.trouble == .noInvitation, "\(junk)")
        }
        await model.look(at: try frame("linnet-device:1a:AAAA"))
        #expect(model.trouble == .link(.Device))
        model.typed = "a bird"
        #expect(model.trouble == nil)
        model.takeTyped()
        #expect(model.found == nil && model.trouble == .noInvitation)
        model.typed = " https://chat.example/i/#bob@example.org?roster;preauth=t;ibr=y\n"
        model.takeTyped()
        #expect(model.trouble == nil)
        guard case .contact("bob@example.org", _, nil, true, true) = model.found else {
            Issue.record("\(String(describing: model.found))")
            return
        }
    }

    @Test func anInvitationInTheAddressFieldIsOpened() async throws {
        let person = Person(device: try Device())
        let signIn = try await person.signInScreen()
        signIn.haveInvitation()
        signIn.address = "https://chat.example/i/#bob@example.org?roster;preauth=t;ibr=y"
        let opened = try #require(person.app.openedLink)
        #expect(opened.invitation?.domain == "example.org" && opened.address == "bob@example.org")
        #expect(signIn.scanning == nil, "nothing stands before it")
        try await until("the field is empty") { signIn.address.isEmpty }
        person.app.openedLink = nil

        // One's own address is one's own, with or without its scheme.
        signIn.address = "xmpp:alice@example.org"
        #expect(signIn.address == "alice@example.org" && person.app.openedLink == nil)
        // By hand it comes sign by sign: only the end of it says what it is.
        let link = "xmpp:bob@example.org?roster;preauth=t;ibr=y"
        for end in link.indices { signIn.address = String(link[...end]) }
        #expect(person.app.openedLink == nil && signIn.address == link)
        signIn.password = "secret"
        await signIn.signIn()
        #expect(person.app.openedLink?.address == "bob@example.org" && person.app.accounts.isEmpty)
        await person.leave()
    }

    @Test func picturesThatAreNoneAreTold() async throws {
        let model = ScanModel()
        await model.look(atPicture: Data("no picture".utf8))
        #expect(model.trouble == .picture(.PictureUnreadable) && !model.isReading)
        await model.look(atPicture: Data(count: 33 << 20))
        #expect(model.trouble == .picture(.PictureTooLarge))
    }
}

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct CodeTests {
        @Test func whoScansACodeIsAContactAtOnce() async throws {
            let server = try Server.required()
            guard let carol = Server.carol else { return }
            let alice = try await Person.signedIn(server.alice, on: server)
            let guest = try await Person.signedIn(carol, on: server)
            let list = try await alice.watchedChatList()
            let code = CodeModel(client: list.client)
            alice.run { await code.run() }
            try await until("the code has a token") { code.code?.expires != nil && code.drawn != nil }
            let link = try #require(code.link)
            #expect(link.hasPrefix("xmpp:\(server.alice)?roster;preauth="))
            let drawn = try #require(code.drawn)
            let again = try drawQr(text: link)
            #expect(drawn == again)

            // Junk is told; the code is shown first, and nothing is done before the user says so.
            guest.app.openLink("xmpp:%")
            #expect(guest.app.badLink == .Unreadable && guest.app.openedLink == nil)
            guest.app.openLink(link)
            let opened = try #require(guest.app.openedLink)
            #expect(opened.address == server.alice && opened.canAccept && !opened.isOwn)
            #expect(code.link == link)
            let chat = try #require(await opened.accept())
            #expect(chat.body == nil)
            try await until("the token is used") { code.link != nil && code.link != link }
            try await until("she is on the list") { list.chats.contains { $0.address == carol } }
            #expect(list.requests.isEmpty)

            // One's own code leads nowhere; a text is only proposed.
            alice.app.openLink(link)
            #expect(alice.app.openedLink?.isOwn == true && alice.app.openedLink?.canAccept == false)
            guest.app.openLink("xmpp:\(server.alice)?message;body=Hello%20there")
            let proposed = try #require(await guest.app.openedLink?.accept())
            #expect(proposed.chat == chat.chat && proposed.body == "Hello there")

            // A server that makes no invitations says so; the code stays.
            await code.invite()
            try await until("it is told") { code.code?.invitation == .notOffered }
            #expect(!code.showsInvitation && code.problem == nil)
            await alice.leave()
            await guest.leave()
        }

        @Test func aLinkWaitsForWhoHasToSignInFirst() async throws {
            let server = try Server.required()
            let newcomer = Person(device: try Device(), ca: server.ca)
            newcomer.app.openLink("xmpp:\(server.bob)?roster")
            try await until("it is shown") { newcomer.app.openedLink != nil }
            #expect(newcomer.app.openedLink?.canAccept == false)
            newcomer.app.keepLink()
            #expect(newcomer.app.openedLink == nil)
            let model = try await newcomer.signInScreen()
            model.fill(server.alice, server.password, server)
            await model.signIn()
            try await until("it is shown again") { newcomer.app.openedLink?.canAccept == true }
            await newcomer.leave()
        }
    }
}
