package org.linnet.ui.previews

import java.time.Clock
import java.time.Instant
import java.time.LocalDateTime
import java.time.ZoneId
import org.linnet.core.AccountColour
import org.linnet.core.AccountItem
import org.linnet.core.AccountMark
import org.linnet.core.Adders
import org.linnet.core.AppItem
import org.linnet.core.Availability
import org.linnet.core.BlockItem
import org.linnet.core.Callers
import org.linnet.core.CertificateItem
import org.linnet.core.CertificateProblem
import org.linnet.core.ChatItem
import org.linnet.core.CodeItem
import org.linnet.core.Connection
import org.linnet.core.ContactItem
import org.linnet.core.DetailsState
import org.linnet.core.DeviceClock
import org.linnet.core.DeviceDetails
import org.linnet.core.DeviceItem
import org.linnet.core.DeviceKind
import org.linnet.core.GapItem
import org.linnet.core.GapState
import org.linnet.core.GroupPosition
import org.linnet.core.LockItem
import org.linnet.core.LoginFailure
import org.linnet.core.MessageAction
import org.linnet.core.MessageItem
import org.linnet.core.MessageState
import org.linnet.core.Missing
import org.linnet.core.NotificationContent
import org.linnet.core.PersonItem
import org.linnet.core.Preview
import org.linnet.core.Privacy
import org.linnet.core.PrivacySetting
import org.linnet.core.ProxyAddress
import org.linnet.core.QrCode
import org.linnet.core.RequestItem
import org.linnet.core.SendFailure
import org.linnet.core.ServerAddress
import org.linnet.core.ServerInvitation
import org.linnet.core.TextBlock
import org.linnet.core.TextSpan
import org.linnet.core.TimelineItem
import org.linnet.core.VcardFields
import org.linnet.core.VcardItem
import org.linnet.core.VcardKind
import org.linnet.core.VcardLine
import org.linnet.core.VersionItem
import org.linnet.core.WaitReason

/** People and what they say, for previews, pictures and tests. The clock stands still, so a picture stays the same. */
object Fixtures {
    val zone: ZoneId = ZoneId.of("Europe/Berlin")
    private val now: LocalDateTime = LocalDateTime.of(2026, 11, 20, 18, 12)
    val clock: Clock = Clock.fixed(Instant.ofEpochMilli(millis(now)), zone)

    val account = account("alice@example.org")
    val app = AppItem("app", NotificationContent.FULL, hidesScreen = false, lock = null)
    val locking = app.copy(
        notificationContent = NotificationContent.SENDER,
        hidesScreen = true,
        lock = LockItem(locked = false, biometrics = true, patience = 60_000u, wrong = 0u, waitUntil = null),
    )
    val lockWait = millis(now) + 29_000

    val work = account("alice.lindqvist@office.example", 2).copy(
        name = "Work", title = "Work", colour = AccountColour.ORANGE,
    )
    val several = listOf(
        account.copy(name = "Home", title = "Home"), work, account("board@chess-club.example", 3).copy(
            colour = AccountColour.VIOLET,
            connection = Connection.Off,
            enabled = false,
        ),
    )

    val waiting = account.copy(connection = Connection.Waiting(millis(now) + 12_000, WaitReason.UNREACHABLE))
    val poorServer = account.copy(missing = listOf(Missing.ARCHIVE, Missing.STREAM_MANAGEMENT))
    val archivingOff = account.copy(archiving = false)

    val newPassword = account.copy(connection = Connection.Failed(LoginFailure.WRONG_PASSWORD))
    val hidden = account.copy(
        server = ServerAddress("xmpp.example.org", 5299u, true),
        proxy = ProxyAddress("127.0.0.1", 9050u),
        missing = listOf(Missing.CARBONS),
    )

    private val certificate = CertificateItem(
        sha256 = "3f1c9a0be27d44f85a6b0c1d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f",
        subject = "CN=example.org",
        issuer = "CN=example.org",
        names = listOf("example.org", "*.example.org"),
        notBefore = at(9, 0, daysAgo = 200),
        notAfter = at(9, 0, daysAgo = -165),
        problem = CertificateProblem.UNKNOWN_ISSUER,
        pinnedSha256 = null,
        changed = false,
    )
    private val pinned = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
    private val refused = Connection.Failed(LoginFailure.CERTIFICATE)
    val unknownCertificate = account.copy(connection = refused, signedIn = false, certificate = certificate)
    val changedCertificate =
        account.copy(connection = refused, certificate = certificate.copy(pinnedSha256 = pinned, changed = true))
    val movedCertificate = changedCertificate.copy(
        certificate = changedCertificate.certificate?.copy(problem = null, issuer = "C=US,O=Let's Encrypt,CN=R11"),
    )
    val pinnedCertificate = account.copy(certificate = certificate.copy(pinnedSha256 = certificate.sha256))

    fun account(address: String, id: Long = 1) = AccountItem(
        key = "account/$id",
        id = id,
        address = address,
        name = null,
        title = address,
        colour = AccountColour.TURQUOISE,
        enabled = true,
        connection = Connection.Online,
        signedIn = true,
        missing = emptyList(),
        archiving = true,
        privacy = Privacy(
            receipts = true, readMarkers = true, typing = true,
            callers = Callers.CONTACTS, adders = Adders.EVERYONE,
        ),
    )

    val code = CodeItem(
        key = "1",
        account = 1,
        address = "alice@example.org",
        link = "xmpp:alice@example.org?roster;preauth=Zm9vYmFyYmF6cXV4MTIzNA",
        expires = at(18, 12, daysAgo = -7),
        invitation = null,
    )
    val invitation = code.copy(
        invitation = ServerInvitation.Ready(
            link = "xmpp:alice@example.org?roster;preauth=TZlkOYtbQVjlAd6M;ibr=y",
            page = "https://example.org/invite?TZlkOYtbQVjlAd6M",
            expires = at(18, 12, daysAgo = -30),
            newcomers = true,
        ),
    )
    private const val ROWS =
            "1fccc7a7f 104ce8541 17538695d 17526d75d 1756a1c5d 1053b8841 1fd55557f 001860c00 " +
            "17c9ff67c 0b1f53249 14583186e 083877c5e 164123d8a 0e18fd645 0c7569c4e 11ab12d9c " +
            "0e46c87b9 15a21b645 13f7a09c6 0226f3dad 12c962418 1295b38ef 17d92c92e 161a07afc " +
            "1354585fb 001916117 1fcf31d56 1058c5f14 1757f1df8 175b1e3bf 1756b8f44 104023a7c " +
            "1fd9187b2"

    /** What [code] says, drawn. */
    val drawn = QrCode(
        33u,
        ROWS.split(' ').flatMap { row ->
            val bits = row.toLong(16)
            (32 downTo 0).map { (bits shr it and 1).toByte() }
        }.toByteArray(),
        "",
    )

    val request = RequestItem(
        "request/1", 1, "mallory@elsewhere.example", at(17, 2), asks = true, messages = 2u,
        preview = "Hello, we met at the lake. Is this you?", reportable = true,
    )
    val requests = listOf(
        request,
        RequestItem("request/2", 1, "somebody.with.a.long.name@a-rather-long-domain.example", at(9, 40), true, 0u),
        RequestItem("request/3", 1, "win@prizes.example", at(8, 1), false, 13u, "YOU HAVE WON!!! https://…", true),
    )
    val contact = ContactItem(
        key = "contact/1", chat = 1, account = 1, address = "bob@example.org", title = "Bob Lindqvist",
        noteToSelf = false, name = "Bob Lindqvist", tags = listOf("Board games", "Lake"), contact = true,
        asked = false, seesUs = true, weSee = true,
        devices = listOf(
            DeviceItem("Linnet.a7Gk", Availability.AVAILABLE, null, null),
            DeviceItem("Desk", Availability.DO_NOT_DISTURB, "Writing the last chapter, back at six", null),
            DeviceItem("Couch", Availability.AWAY, null, at(16, 20)),
        ),
        lastSeen = null, muted = false, blocked = false, reportable = true,
        inGeneral = PrivacySetting.entries - PrivacySetting.LAST_SEEN - PrivacySetting.DEVICE_INFORMATION,
        link = "xmpp:bob@example.org?roster", devicesAskable = true,
    )

    /** The user wanted to know what these are. */
    val askedContact = contact.copy(
        devices = listOf(
            DeviceItem(
                "gajim.K3NV", Availability.AVAILABLE, null, null,
                DeviceDetails(
                    DetailsState.TOLD, "Gajim", "1.7.3", "Debian GNU/Linux 12", DeviceKind.COMPUTER,
                    DeviceClock(utcOffset = 345, ahead = 0),
                ),
            ),
            DeviceItem(
                "Linnet.a7Gk", Availability.AVAILABLE, null, null, untold(DetailsState.REFUSED, DeviceKind.PHONE),
            ),
            DeviceItem("Couch", Availability.AWAY, null, at(16, 20), untold(DetailsState.SILENT)),
            DeviceItem("Desk", Availability.AWAY, null, null, untold(DetailsState.ASKING)),
        ),
    )
    val askedDevices = askedContact.devices.mapTo(HashSet()) { it.name }

    private fun untold(state: DetailsState, kind: DeviceKind? = null) =
        DeviceDetails(state, program = null, version = null, system = null, kind = kind, clock = null)
    val vcard = VcardFields(
        fullName = "Alice Lake", about = "I sail.\nAnd swim.", organisation = "Harbour of Lindau", role = "Pilot",
        email = "alice@lake.example", website = "https://lake.example/alice",
    )
    val tellingContact = contact.copy(
        devices = emptyList(),
        lastSeen = at(22, 41, daysAgo = 1),
        vcard = VcardItem(
            "Roberta Lindqvist",
            "I write books about lakes.\nAsk me about boats.",
            listOf(
                VcardLine(VcardKind.ORGANISATION, "Lindqvist & Daughters, Publishers", null),
                VcardLine(VcardKind.ROLE, "Author", null),
                VcardLine(VcardKind.EMAIL, "bob@example.org", "mailto:bob@example.org"),
                VcardLine(VcardKind.TELEPHONE, "+49-30-1234567", "tel:+49301234567"),
                VcardLine(VcardKind.WEBSITE, "https://lake.example/bob", "https://lake.example/bob"),
                VcardLine(VcardKind.WEBSITE, "http://old.example/", null),
                VcardLine(VcardKind.ADDRESS, "roberta@example.net", "xmpp:roberta@example.net"),
            ),
        ),
    )
    val goneContact = contact.copy(
        devices = emptyList(), lastSeen = at(22, 41, daysAgo = 1), muted = true, blocked = true, seesUs = false,
    )
    val unknownContact = contact.copy(
        address = "somebody.with.a.long.name@a-rather-long-domain.example", title = "somebody.with.a.long.name",
        name = null, tags = emptyList(), contact = false, seesUs = false, weSee = false, devices = emptyList(),
    )
    private fun person(address: String, name: String? = null, contact: Boolean = true) =
        PersonItem(address, address, name, null, contact)

    val people = listOf(
        person("amelie@example.org", "Amélie Duval"),
        person("farid.z@example.net"),
        person("wei@example.com", "Wei Chen"),
        person("bob@example.org", "Bob Lindqvist"),
        person("bob@linnet.example", contact = false),
        person("bob@example.net", contact = false),
        person("bob@conversations.im", contact = false),
    )

    val blocks = listOf(
        BlockItem("block/1", 1, "prizes.example", server = true, held = true),
        BlockItem("block/2", 1, "spam@elsewhere.example", server = false, held = true),
        BlockItem("block/3", 1, "eve@far.example", server = false, held = false),
    )

    val chats: List<ChatItem> = listOf(
        chat(1, "bob@example.org", "Bob Lindqvist", "Perfect, see you at eight then 🎉", at(18, 10), unread = 2),
        chat(
            2, "amelie@jabber.example", "Amélie Duval", "The photos are up, have a look when you can", at(16, 41), true,
            typing = true,
        ),
        chat(
            3, "alice@example.org", "alice", "Milk, rye flour, the blue paint", at(9, 5), true, note = true,
            state = MessageState.Sent,
        ),
        chat(4, "eleni@chat.example", "Ελένη Παππά", "Τα λέμε αύριο στις δέκα", at(20, 55, daysAgo = 1), unread = 1),
        chat(5, "omar@example.net", "عمر حداد", "شكرا جزيلا، إلى اللقاء", at(14, 20, daysAgo = 3)),
        chat(
            6, "oskar@far.example", "Oskar", "Did you get my letter?", at(11, 0, daysAgo = 4), true,
            state = MessageState.Failed(SendFailure.SERVER_UNREACHABLE),
        ),
        chat(
            7, "priya.raman@example.org", "Priya Raman", "The train was an hour late, but we made it",
            at(8, 30, daysAgo = 32),
        ).copy(muted = true),
        chat(8, "new@example.org", "new", null, 0),
    )

    val conversation: List<TimelineItem> = Conversation().run {
        theirs("Are we still on for tonight?", at(19, 2, daysAgo = 1), GroupPosition.FIRST)
        theirs("I could bring the board game", at(19, 3, daysAgo = 1), GroupPosition.LAST)
        mine("Yes! Half past seven at my place", at(19, 8, daysAgo = 1), GroupPosition.SINGLE)
        theirs("Sorry, something came up. Can we make it tomorrow instead?", at(19, 21, daysAgo = 1))
        mine("No worries at all", at(9, 40), GroupPosition.FIRST)
        mine("Tomorrow is fine, eight o’clock?", at(9, 40), GroupPosition.MIDDLE)
        mine(
            "I found the rules online, in case yours are lost again: https://example.org/rules", at(9, 41),
            GroupPosition.LAST,
        )
        unread()
        theirs("😂", at(18, 9), GroupPosition.FIRST)
        theirs("They are. Somewhere between the sofa and 2024.", at(18, 9), GroupPosition.MIDDLE)
        theirs("Perfect, see you at eight then 🎉", at(18, 10), GroupPosition.LAST)
        mine("Looking forward to it", at(18, 11), GroupPosition.SINGLE, MessageState.Sending)
        items
    }

    val troubled: List<TimelineItem> = Conversation().run {
        gap(GapState.LOADING, null, at(8, 0, daysAgo = 6))
        theirs("The cabin has no reception, I will write when we are back", at(8, 0, daysAgo = 6))
        mine("Have a good time up there!", at(8, 4, daysAgo = 6))
        gap(GapState.FAILED, at(8, 4, daysAgo = 6), at(17, 50))
        theirs("We are back", at(17, 50), GroupPosition.FIRST)
        theirs("With about four hundred pictures of the same lake", at(17, 51), GroupPosition.LAST)
        gap(GapState.UNREADABLE, at(17, 51), at(18, 1))
        mine(
            "Send me all of them", at(18, 3), GroupPosition.SINGLE,
            MessageState.Failed(SendFailure.SERVER_UNREACHABLE),
        )
        mine("Or at least the best one", at(18, 12), GroupPosition.SINGLE, MessageState.Sending)
        items
    }

    val styled: List<TimelineItem> = Conversation().run {
        theirs("Here is how I do it", at(17, 40), GroupPosition.FIRST)
        styled(
            at(17, 41), GroupPosition.LAST,
            block(
                span("*", directive = true), span("Strong", strong = true), span("*", directive = true), span(", "),
                span("_", directive = true), span("gently", emphasis = true), span("_", directive = true), span(", "),
                span("~", directive = true), span("gone", strike = true), span("~", directive = true), span(" and "),
                span("`", directive = true), span("cargo test", code = true), span("`", directive = true), span("."),
            ),
            block(span("fn main() {\n    println!(\"one rather long line that runs out of its frame\");\n}"),
                preformatted = true),
        )
        styled(
            at(17, 44), GroupPosition.SINGLE,
            block(span("Can we make it eight?"), quote = 1),
            block(span("Or nine, if the train is late again as it was last week"), quote = 2),
            block(span("Eight is fine. The way: "), span("https://example.org/map", link = "https://example.org/map")),
            outgoing = true, state = MessageState.Delivered,
        )
        styled(at(17, 45), GroupPosition.SINGLE, block(span("looks for the board game")), me = true)
        styled(
            at(17, 52), GroupPosition.SINGLE, block(span("found it, under the sofa")),
            outgoing = true, me = true, state = MessageState.Read,
        )
        items
    }

    val states: List<TimelineItem> = Conversation().run {
        theirs("Are we still on for tonight?", at(17, 2))
        mine("Yes! Half past seven at my place", at(17, 8), state = MessageState.Read)
        mine("I will bring the rules", at(17, 30), state = MessageState.Delivered, edited = true)
        theirs("Perfect, see you at eight then 🎉", at(18, 10), edited = true)
        mine("Looking forward to it, see you at eihgt then", at(18, 11), GroupPosition.FIRST, MessageState.Sent)
        mine("I am on my way", at(18, 12), GroupPosition.LAST, MessageState.Sending)
        typing()
        items
    }

    val versions: List<VersionItem> = listOf(
        VersionItem("1", 1, listOf(block(span("I will bring the rulse"))), at(17, 29)),
        VersionItem("2", 2, listOf(block(span("I will bring the rules"), quote = 0)), at(17, 30)),
    )

    /** Of a text that goes on and on. */
    val longText: List<TextBlock> = listOf(
        block(span("Chapter one", strong = true)),
        block(span("And so they went on, "), span("slowly", emphasis = true), span(", until nobody knew the way. ".repeat(9))),
        block(span("> as it is told"), quote = 1),
        block(span("وهكذا ساروا حتى لم يعد أحد يعرف الطريق. ".repeat(6))),
    )

    val long: List<TimelineItem> = Conversation().run {
        styled(at(17, 2), GroupPosition.SINGLE, *longText.toTypedArray(), cut = true)
        styled(at(17, 8), GroupPosition.SINGLE, *longText.toTypedArray(), outgoing = true, cut = true)
        items
    }

    val arabic: List<TimelineItem> = Conversation().run {
        theirs("مرحبا! كيف حالك اليوم؟", at(17, 58), GroupPosition.FIRST)
        theirs("هل ما زلنا على موعدنا هذا المساء؟ 😀", at(17, 58), GroupPosition.LAST)
        mine("أنا بخير، شكراً. سأصل الساعة 8 مساءً مع John.", at(18, 1))
        theirs("ممتاز، لا تنسَ الكتاب الذي وعدتني به في المرة الماضية", at(18, 4))
        mine("See you there", at(18, 6), GroupPosition.FIRST)
        mine("إلى اللقاء 👋", at(18, 6), GroupPosition.LAST)
        items
    }
    val arabicChat = chat(5, "omar@example.net", "عمر حداد", "إلى اللقاء", at(18, 6))

    /** The chats, of three accounts in one list. */
    val mixedChats = chats.mapIndexed { at, chat ->
        val account = several[at % several.size]
        chat.copy(account = account.id, mark = AccountMark(account.title, account.colour))
    }

    fun chat(
        id: Long,
        address: String,
        title: String,
        body: String?,
        time: Long,
        outgoing: Boolean = false,
        unread: Int = 0,
        note: Boolean = false,
        state: MessageState = if (outgoing) MessageState.Read else MessageState.Received,
        typing: Boolean = false,
    ) = ChatItem(
        key = "chat/$id",
        id = id,
        account = 1,
        address = address,
        title = title,
        noteToSelf = note,
        preview = body?.let { Preview(it, time, outgoing, state) },
        unread = unread.toUInt(),
        typing = typing,
    )

    fun message(
        id: Long,
        body: String,
        time: Long,
        outgoing: Boolean,
        group: GroupPosition = GroupPosition.SINGLE,
        state: MessageState = if (outgoing) MessageState.Sent else MessageState.Received,
        text: List<TextBlock>? = null,
        me: Boolean = false,
        edited: Boolean = false,
        cut: Boolean = false,
    ) = MessageItem(
        key = "message/$id",
        id = id,
        outgoing = outgoing,
        sender = if (outgoing) "alice@example.org" else "bob@example.org",
        senderName = if (outgoing) "alice" else "Bob Lindqvist",
        body = body,
        text = text ?: listOf(block(span(body))),
        me = me,
        edited = edited,
        time = time,
        state = state,
        group = group,
        actions = listOfNotNull(
            MessageAction.COPY,
            MessageAction.RETRY.takeIf { state is MessageState.Failed },
            MessageAction.CORRECT.takeIf { outgoing && state !is MessageState.Failed },
            MessageAction.VERSIONS.takeIf { edited },
            MessageAction.DELETE,
        ),
        cut = cut,
    )

    fun block(vararg spans: TextSpan, quote: Int = 0, preformatted: Boolean = false) =
        TextBlock(quote.toUInt(), preformatted, spans.toList())

    fun span(
        text: String,
        strong: Boolean = false,
        emphasis: Boolean = false,
        strike: Boolean = false,
        code: Boolean = false,
        directive: Boolean = false,
        link: String? = null,
    ) = TextSpan(text, strong, emphasis, strike, code, directive, link)

    fun at(hour: Int, minute: Int, daysAgo: Long = 0): Long =
        millis(now.toLocalDate().minusDays(daysAgo).atTime(hour, minute))

    private fun millis(time: LocalDateTime): Long = time.atZone(zone).toInstant().toEpochMilli()

    private class Conversation {
        val items = ArrayList<TimelineItem>()

        fun theirs(
            body: String,
            time: Long,
            group: GroupPosition = GroupPosition.SINGLE,
            edited: Boolean = false,
        ) = add(body, time, false, group, edited = edited)

        fun styled(
            time: Long,
            group: GroupPosition,
            vararg blocks: TextBlock,
            outgoing: Boolean = false,
            me: Boolean = false,
            state: MessageState = MessageState.Received,
            cut: Boolean = false,
        ) {
            val body = blocks.joinToString("\n") { block -> block.spans.joinToString("") { it.text } }
            val id = items.size.toLong()
            items += TimelineItem.Message(message(id, body, time, outgoing, group, state, blocks.toList(), me, cut = cut))
        }

        fun typing() {
            items += TimelineItem.Typing("typing", "Bob Lindqvist")
        }

        fun mine(
            body: String,
            time: Long,
            group: GroupPosition = GroupPosition.SINGLE,
            state: MessageState = MessageState.Read,
            edited: Boolean = false,
        ) = add(body, time, true, group, state, edited)

        fun unread() {
            items += TimelineItem.UnreadMark("unread")
        }

        fun gap(state: GapState, since: Long?, until: Long?) {
            val id = items.size.toLong()
            items += TimelineItem.Gap(GapItem("gap/$id", id, state, since, until))
        }

        private fun add(
            body: String,
            time: Long,
            outgoing: Boolean,
            group: GroupPosition,
            state: MessageState = MessageState.Received,
            edited: Boolean = false,
        ) {
            val id = items.size.toLong()
            items += TimelineItem.Message(message(id, body, time, outgoing, group, state, edited = edited))
        }
    }
}
