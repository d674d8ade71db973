// Why: what somebody writes is there when they come back to the chat, however they left it.

import Foundation
import LinnetCore
import Presentation
import Testing

@MainActor @Suite(.timeLimit(.minutes(1)))
struct DraftTests {
    @Test func aDraftOutlivesItsScreen() async throws {
        let device = try Device()
        let client = try device.open()
        let list = ChatListModel(client: client)
        let (bob, carol) = (ChatPlace(chat: 1, title: "Bob"), ChatPlace(chat: 2, title: "Carol"))
        list.chat(bob).draft = "Half a tho"
        let again = list.chat(bob)
        #expect(again.draft == "Half a tho" && again.canSend)
        #expect(list.chat(carol).draft.isEmpty)

        // A link proposes; what was written is not touched.
        list.openChat(1, title: "Bob", draft: "Hello there")
        #expect(list.chat(bob).draft == "Half a tho" && list.path == [bob])
        list.openChat(2, title: "Carol", draft: "Hello there")
        #expect(list.chat(carol).draft == "Hello there")
        list.chat(carol).draft = ""
        #expect(list.chat(carol).draft.isEmpty, "it is proposed once")

        // What could not be kept comes back to whichever screen there is, before what was written since.
        let gone = again.send()
        #expect(list.chat(bob).draft.isEmpty)
        list.chat(bob).draft = "More"
        await gone.value
        #expect(list.chat(bob).draft == "Half a tho\nMore")
        client.close()
        _ = device
    }

    @Test func aLinkOpensAboveTheListAlone() throws {
        let device = try Device()
        let client = try device.open()
        let list = ChatListModel(client: client)
        list.accounts = AccountsModel(client: client)
        list.newChat = NewChatModel(client: client, accounts: [])
        list.openChat(1, title: "Bob")
        #expect(list.accounts == nil && list.newChat == nil)
        client.close()
        _ = device
    }
}
