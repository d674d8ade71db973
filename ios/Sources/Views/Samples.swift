// Why: previews draw these; names and words are made up, times are fixed so that pictures can be compared.

import LinnetCore
import Presentation
import SwiftUI

@MainActor enum Samples {
    static let privacy = Privacy(
        receipts: true, readMarkers: true, typing: false, callers: .contacts, adders: .everyone)

    static let accounts = [
        AccountItem(
            key: "1", id: 1, address: "alice@example.org", name: nil, title: "alice@example.org", colour: .turquoise,
            enabled: true, connection: .online, signedIn: true, missing: [], archiving: true, privacy: privacy),
        AccountItem(
            key: "2", id: 2, address: "alice@example.com", name: "Work", title: "Work", colour: .orange, enabled: true,
            connection: .waiting(until: noon + 30_000, reason: .unreachable), signedIn: true,
            missing: [.archive, .carbons], archiving: nil, privacy: privacy,
            server: ServerAddress(host: "xmpp.example.com", port: 5299, directTls: true)),
    ]

    static let refusedPassword = AccountItem(
        key: "1", id: 1, address: "alice@example.org", name: nil, title: "alice@example.org", colour: .turquoise,
        enabled: true, connection: .online, signedIn: true, missing: [], archiving: true, privacy: privacy,
        task: .passwordNotChanged(problem: .notAcceptable, text: "Eight letters at least"))

    static let chats = [
        chat(1, "Bob", "See you at the bridge.", unread: 2),
        chat(2, "Carol Winterbottom-Featherstonehaugh", "A long preview that goes on and on over both of its lines."),
        chat(4, "Dora", "Just a moment", typing: true),
        chat(3, "alice", nil, noteToSelf: true),
    ]

    /// Chats of two accounts in one list.
    static let mixedChats = [
        chat(1, "Bob", "See you at the bridge.", unread: 2, of: accounts[0]),
        chat(2, "Carol Winterbottom-Featherstonehaugh", "The figures of the third quarter", of: accounts[1]),
        chat(4, "Dora", "Just a moment", typing: true, of: accounts[0]),
    ]

    static let requests = [
        RequestItem(
            key: "9", account: 1, address: "dora@example.net", time: noon, asks: true, messages: 2,
            preview: "Hello, we met at the lake. Is this you?", reportable: true),
        RequestItem(
            key: "10", account: 1, address: "somebody.with.a.long.name@a-rather-long-domain.example", time: noon,
            asks: true),
        RequestItem(
            key: "11", account: 1, address: "win@prizes.example", time: noon, asks: false, messages: 13,
            preview: "YOU HAVE WON!!!", reportable: true),
    ]

    static let movedRequest = RequestItem(
        key: "12", account: 1, address: "bob@lindqvist.example", time: noon, asks: true,
        moved: RequestMoved(address: "bob@example.org", title: "Bob"))

    static let contact = contact(
        devices: [
            DeviceItem(name: "Linnet.a7Gk", availability: .available, status: nil, idleSince: nil),
            DeviceItem(name: "Desk", availability: .doNotDisturb, status: "Writing the last chapter", idleSince: nil),
            DeviceItem(name: "Couch", availability: .away, status: nil, idleSince: noon - 900_000),
        ])

    /// The user wanted to know what these are.
    static let askedContact = contact(
        devices: [
            DeviceItem(
                name: "gajim.K3NV", availability: .available, status: nil, idleSince: nil,
                details: DeviceDetails(
                    state: .told, program: "Gajim", version: "1.7.3", system: "Debian GNU/Linux 12", kind: .computer,
                    clock: DeviceClock(utcOffset: 345, ahead: 0))),
            device("Linnet.a7Gk", .refused, .phone), device("Couch", .silent), device("Desk", .asking),
        ])
    static let askedDevices = Set(askedContact.devices.map(\.name))

    private static func device(_ name: String, _ state: DetailsState, _ kind: DeviceKind? = nil) -> DeviceItem {
        DeviceItem(
            name: name, availability: .away, status: nil, idleSince: nil,
            details: DeviceDetails(state: state, program: nil, version: nil, system: nil, kind: kind, clock: nil))
    }

    static let vcard = VcardFields(
        fullName: "Alice Lake", about: "I sail.\nAnd swim.", organisation: "Harbour of Lindau", role: "Pilot",
        email: "alice@lake.example", website: "https://lake.example/alice")

    static let tellingContact = contact(
        lastSeen: noon - day,
        vcard: VcardItem(
            fullName: "Roberta Lindqvist", about: "I write books about lakes.\nAsk me about boats.",
            lines: [
                VcardLine(kind: .organisation, text: "Lindqvist & Daughters, Publishers", link: nil),
                VcardLine(kind: .role, text: "Author", link: nil),
                VcardLine(kind: .email, text: "bob@example.org", link: "mailto:bob@example.org"),
                VcardLine(kind: .telephone, text: "+49-30-1234567", link: "tel:+49301234567"),
                VcardLine(kind: .website, text: "https://lake.example/bob", link: "https://lake.example/bob"),
                VcardLine(kind: .website, text: "http://old.example/", link: nil),
                VcardLine(kind: .address, text: "roberta@example.net", link: "xmpp:roberta@example.net"),
            ]))

    static let goneContact = contact(lastSeen: noon - day, isMuted: true, isBlocked: true)

    static let unknownContact = contact(isContact: false)

    private static func contact(
        devices: [DeviceItem] = [], lastSeen: Int64? = nil, isContact: Bool = true, isMuted: Bool = false,
        isBlocked: Bool = false, vcard: VcardItem? = nil
    ) -> ContactItem {
        ContactItem(
            key: "c1", chat: 1, account: 1, address: "bob@example.org", title: "Bob", noteToSelf: false,
            name: isContact ? "Bob" : nil, tags: isContact ? ["Board games", "Lake"] : [], contact: isContact,
            asked: false, seesUs: isContact, weSee: isContact, devices: devices, lastSeen: lastSeen, muted: isMuted,
            blocked: isBlocked, reportable: true,
            exceptions: isMuted ? [PrivacyException(setting: .online, allowed: false)] : [], vcard: vcard,
            availability: devices.first?.availability, status: devices.compactMap(\.status).first,
            inGeneral: [.online, .typing, .receipts, .readMarkers, .calls, .autoLoad],
            link: "xmpp:bob@example.org?roster", devicesAskable: isContact && !isBlocked)
    }

    static let blocks = [
        BlockItem(key: "b1", account: 1, address: "prizes.example", server: true, held: true),
        BlockItem(key: "b2", account: 1, address: "spam@elsewhere.example", server: false, held: true),
        BlockItem(key: "b3", account: 1, address: "eve@far.example", server: false, held: false),
    ]

    static let people = [
        PersonItem(
            key: "amelie@example.org", address: "amelie@example.org", name: "Amélie Duval", picture: nil, contact: true),
        PersonItem(key: "farid.z@example.net", address: "farid.z@example.net", name: nil, picture: nil, contact: true),
        PersonItem(key: "bob@linnet.example", address: "bob@linnet.example", name: nil, picture: nil, contact: false),
        PersonItem(
            key: "bob@conversations.im", address: "bob@conversations.im", name: nil, picture: nil, contact: false),
    ]

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

    static let corrected = message(
        13, "At *ten*!", at: noon + 60_000, .last, outgoing: true, state: .delivered,
        text: [
            block([
                span("At "), span("*", directive: true), span("ten", strong: true), span("*", directive: true),
                span("!"),
            ])
        ], edited: true)

    static let styledRows = ChatRow.rows(
        for: [
            .message(
                item: message(
                    11, "/me waves", at: noon, .first, outgoing: true, state: .read, text: plain("waves"), me: true)),
            .message(item: corrected),
            .message(
                item: message(
                    14, "> At *ten*!\nSee https://example.org", at: noon + 120_000, .first,
                    text: [
                        TextBlock(quote: 1, preformatted: false, spans: [span("At ten!")]),
                        block([span("See "), span("https://example.org", link: "https://example.org")]),
                    ])),
            .message(
                item: message(
                    15, "```\nlet answer = 42\n```", at: noon + 130_000, .last,
                    text: [TextBlock(quote: 0, preformatted: true, spans: [span("let answer = 42")])])),
            .typing(key: "t", name: "Bob"),
        ], calendar: .current, now: Date(milliseconds: noon))

    static func certificate(
        problem: CertificateProblem? = .unknownIssuer, isPinned: Bool = false, changed: Bool = false
    ) -> CertificateItem {
        let digits = String(repeating: "0123456789abcdef", count: 4)
        return CertificateItem(
            sha256: digits, subject: "CN=xmpp.example.org", issuer: "CN=Example's own authority",
            names: ["example.org", "xmpp.example.org"], notBefore: noon - 90 * day, notAfter: noon + 275 * day,
            problem: problem, pinnedSha256: isPinned ? String((changed ? digits.reversed() : Array(digits))) : nil,
            changed: changed)
    }

    static let invitedContact = LinnetCore.Link.contact(
        address: "bob@example.com", link: "xmpp:bob@example.com?roster;preauth=token;name=Bob", name: "Bob",
        invited: true, newcomers: false)
    static let invitation = ServerInvitation.ready(
        link: "xmpp:alice@example.org?roster;preauth=token;ibr=y", page: "https://example.org/invite?token",
        expires: noon + 30 * day, newcomers: true)

    static func code(_ invitation: ServerInvitation? = nil, account: Int64 = 1) -> CodeItem {
        CodeItem(
            key: "\(account)", account: account, address: "alice@example.org",
            link: "xmpp:alice@example.org?roster;preauth=Zm9vYmFyYmF6cXV4MTIzNA", expires: noon + 7 * day,
            invitation: invitation)
    }

    /// What the code says, drawn.
    static let drawn: QrCode = {
        let rows = """
            1fccc7a7f 104ce8541 17538695d 17526d75d 1756a1c5d 1053b8841 1fd55557f 001860c00 17c9ff67c \
            0b1f53249 14583186e 083877c5e 164123d8a 0e18fd645 0c7569c4e 11ab12d9c 0e46c87b9 15a21b645 \
            13f7a09c6 0226f3dad 12c962418 1295b38ef 17d92c92e 161a07afc 1354585fb 001916117 1fcf31d56 \
            1058c5f14 1757f1df8 175b1e3bf 1756b8f44 104023a7c 1fd9187b2
            """
        let bits = rows.split(separator: " ").flatMap { row -> [UInt8] in
            let row = UInt64(row, radix: 16) ?? 0
            return (0..<33).map { UInt8(row >> (32 - UInt64($0)) & 1) }
        }
        return QrCode(side: 33, modules: Data(bits), svg: "")
    }()

    /// Of a text that goes on and on.
    static let longText = (0..<3).map { at in
        WholeTextModel.Portion(
            id: at, text: plain(String(repeating: "And so they went on, until nobody knew the way. ", count: 9)),
            me: at == 0)
    }

    static let versions = [
        VersionItem(key: "v1", id: 1, text: plain("At nine?"), time: noon),
        VersionItem(key: "v2", id: 2, text: plain("At ten!"), time: noon + 60_000, cut: true),
    ]

    static let providers = [
        Provider(
            domain: "yax.example", registration: .inApp(captcha: false, email: false), countries: ["DE"],
            website: "https://yax.example", since: 2013, fileMegabytes: 100, archiveDays: 30, green: true,
            freeOfCharge: true),
        Provider(
            domain: "club.example", registration: .web(url: "https://club.example/join"), countries: ["ES", "FI"],
            website: nil, since: nil, fileMegabytes: nil, archiveDays: 0, green: false, freeOfCharge: false),
    ]

    static let signUpForm = SignUpForm(
        title: nil, instructions: "Choose a name and a password for this service.",
        fields: [
            signUpField("username", .line, .username), signUpField("password", .secret, .password),
            signUpField("news", .switch, label: "Send me the newsletter"),
            signUpField("about", .lines, label: "About you", required: false),
        ], web: "https://example.org/join")

    private static func signUpField(
        _ name: String, _ kind: SignUpFieldKind, _ meaning: SignUpMeaning? = nil, label: String? = nil,
        required: Bool = true
    ) -> SignUpField {
        SignUpField(
            name: name, kind: kind, meaning: meaning, label: label, hint: nil, required: required, values: [],
            options: [], picture: nil, pictureUrl: nil)
    }

    static let noon: Int64 = 1_790_000_000_000
    private static let day: Int64 = 86_400_000

    private static func chat(
        _ id: Int64, _ title: String, _ body: String?, unread: UInt32 = 0, noteToSelf: Bool = false,
        typing: Bool = false, of account: AccountItem? = nil
    ) -> ChatItem {
        ChatItem(
            key: "\(id)", id: id, account: account?.id ?? 1, address: "\(id)@example.org", title: title,
            noteToSelf: noteToSelf,
            preview: body.map { Preview(body: $0, time: noon, outgoing: false, state: .received) }, unread: unread,
            typing: typing, mark: account.map { AccountMark(title: $0.title, colour: $0.colour) })
    }

    private static func message(
        _ id: Int64, _ body: String, at time: Int64, _ group: GroupPosition, outgoing: Bool = false,
        state: MessageState? = nil, text: [TextBlock]? = nil, me: Bool = false, edited: Bool = false
    ) -> MessageItem {
        MessageItem(
            key: "m\(id)", id: id, outgoing: outgoing, sender: outgoing ? "alice@example.org" : "bob@example.org",
            senderName: outgoing ? "alice" : "Bob", body: body, text: text ?? plain(body), me: me,
            edited: edited, time: time, state: state ?? (outgoing ? .sent : .received), group: group,
            actions: actions(state))
    }

    private static func actions(_ state: MessageState?) -> [MessageAction] {
        if case .failed = state { [.copy, .retry, .delete] } else { [.copy, .delete] }
    }

    private static func plain(_ body: String) -> [TextBlock] {
        [block([span(body)])]
    }

    private static func block(_ spans: [TextSpan]) -> TextBlock {
        TextBlock(quote: 0, preformatted: false, spans: spans)
    }

    private static func span(
        _ text: String, strong: Bool = false, directive: Bool = false, link: String? = nil
    ) -> TextSpan {
        TextSpan(
            text: text, strong: strong, emphasis: false, strike: false, code: false, directive: directive, link: link)
    }

    static let app = AppItem(key: "app", notificationContent: .full, hidesScreen: false, lock: nil)
    static let lockingApp = AppItem(
        key: "app", notificationContent: .sender, hidesScreen: true,
        lock: LockItem(locked: false, biometrics: true, patience: 60_000, wrong: 0, waitUntil: nil))
}
