// Why: previews draw these; names and words are made up, times are fixed so that pictures can be compared.

import LinnetCore
import Presentation
import SwiftUI

@MainActor enum Samples {
    static let privacy = Privacy(receipts: true, readMarkers: true, typing: false)

    static let accounts = [
        AccountItem(
            key: "1", id: 1, address: "alice@example.org", enabled: true, connection: .online, signedIn: true,
            missing: [], archiving: true, privacy: privacy),
        AccountItem(
            key: "2", id: 2, address: "alice@example.com", enabled: true,
            connection: .waiting(until: noon + 30_000, reason: .unreachable), signedIn: true,
            missing: [.archive, .carbons], archiving: nil, privacy: privacy),
    ]

    static let chats = [
        chat(1, "Bob", "See you at the bridge.", unread: 2),
        chat(2, "Carol Winterbottom-Featherstonehaugh", "A long preview that goes on and on over both of its lines."),
        chat(3, "alice", nil, noteToSelf: true),
    ]

    static let requests = [RequestItem(key: "9", account: 1, address: "dora@example.net", time: noon)]

    static let rows = ChatRow.rows(
        for: [
            .gap(item: GapItem(key: "g1", id: 1, state: .failed, since: nil, until: noon - day)),
            .message(item: message(1, "Shall we meet tomorrow?", at: noon - day, .single)),
            .message(item: message(2, "Gladly.", at: noon, .first, outgoing: true)),
            .message(item: message(3, "At ten, by the old bridge?", at: noon + 60_000, .last, outgoing: true)),
            .unreadMark(key: "u"),
            .message(item: message(4, "Perfect.", at: noon + 400_000, .first)),
            .message(item: message(5, "شكراً، إلى اللقاء 😀", at: noon + 410_000, .last)),
            .message(item: message(6, "On my way", at: noon + 900_000, .first, outgoing: true, state: .sending)),
            .message(
                item:
                    message(
                        7, "Are you there?", at: noon + 910_000, .last, outgoing: true,
                        state: .failed(reason: .serverUnreachable))),
        ], calendar: .current, now: Date(milliseconds: noon))

    private static let noon: Int64 = 1_790_000_000_000
    private static let day: Int64 = 86_400_000

    private static func chat(
        _ id: Int64, _ title: String, _ body: String?, unread: UInt32 = 0, noteToSelf: Bool = false,
        typing: Bool = false
    ) -> ChatItem {
        ChatItem(
            key: "\(id)", id: id, account: 1, address: "\(id)@example.org", title: title, noteToSelf: noteToSelf,
            preview: body.map { Preview(body: $0, time: noon, outgoing: false, state: .received) }, unread: unread,
            typing: typing)
    }

    private static func message(
        _ id: Int64, _ body: String, at time: Int64, _ group: GroupPosition, outgoing: Bool = false,
        state: MessageState? = nil, text: [TextBlock]? = nil, me: Bool = false, edited: Bool = false
    ) -> MessageItem {
        MessageItem(
            key: "m\(id)", id: id, outgoing: outgoing, sender: outgoing ? "alice@example.org" : "bob@example.org",
            senderName: outgoing ? "alice" : "Bob", body: body, text: text ?? plain(body), me: me,
            edited: edited, time: time, state: state ?? (outgoing ? .sent : .received), group: group,
            actions: state == nil ? [.copy, .delete] : [.copy, .retry, .delete])
    }

    private static func plain(_ body: String) -> [TextBlock] {
        [TextBlock(quote: 0, preformatted: false, spans: [span(body)])]
    }

    private static func span(_ text: String) -> TextSpan {
        TextSpan(
            text: text, strong: false, emphasis: false, strike: false, code: false, directive: false, link: nil)
    }
}
