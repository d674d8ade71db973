// Why: how far a move is, is never told in numbers that can't be; and who has left a chat is not called into another.

import Foundation
import LinnetCore
import Presentation
import Testing

@MainActor @Suite(.timeLimit(.minutes(1)))
struct MovedProgressTests {
    @Test(
        arguments: [
            (52, 31, 0, 21, 52), (52, 0, 1, 52, 51), (0, 0, 0, 0, 0), (5, 9, 0, 0, 5), (5, 0, 9, 5, 0), (0, 1, 1, 0, 0),
        ] as [(UInt32, UInt32, UInt32, UInt32, UInt32)])
    func noNumberIsBelowZero(total: UInt32, left: UInt32, refused: UInt32, done: UInt32, taken: UInt32) {
        for state in [MovedState.publishing, .published, .refused, .retracting, .kept] {
            let item = MovedItem(
                address: "alice@far.example", since: nil, state: state, total: total, left: left, refused: refused)
            #expect(item.done == done && item.taken == taken)
        }
    }

    @Test func theOtherChatIsOpenedFromTheOneItWasAskedInAlone() throws {
        let device = try Device()
        let client = try device.open()
        let list = ChatListModel(client: client)
        list.openChat(1, title: "Bob")
        list.openChat(2, title: "Bob", from: 1)
        #expect(list.path.map(\.chat) == [2])
        list.openChat(3, title: "Bob", from: 1)
        #expect(list.path.map(\.chat) == [2], "another one is open by now")
        list.path = []
        list.openChat(3, title: "Bob", from: 2)
        #expect(list.path.isEmpty, "none is")
        client.close()
        _ = device
    }
}
