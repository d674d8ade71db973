package org.linnet.ui.previews

import org.linnet.core.AccountItem
import org.linnet.core.ChatItem
import org.linnet.core.Connection
import org.linnet.core.GapItem
import org.linnet.core.GapState
import org.linnet.core.GroupPosition
import org.linnet.core.MessageAction
import org.linnet.core.MessageItem
import org.linnet.core.MessageState
import org.linnet.core.Missing
import org.linnet.core.Preview
import org.linnet.core.Privacy
import org.linnet.core.RequestItem
import org.linnet.core.SendFailure
import org.linnet.core.TextBlock
import org.linnet.core.TextSpan
import org.linnet.core.TimelineItem
import org.linnet.core.WaitReason
import java.time.Clock
import java.time.Instant
import java.time.LocalDateTime
import java.time.ZoneId

/** People and what they say, for previews, pictures and tests. The clock stands still, so a picture stays the same. */
object Fixtures {
    val zone: ZoneId = ZoneId.of("Europe/Berlin")
    private val now: LocalDateTime = LocalDateTime.of(2026, 11, 20, 18, 12)
    val clock: Clock = Clock.fixed(Instant.ofEpochMilli(millis(now)), zone)

    val account = account("alice@example.org")
    val waiting = account.copy(connection = Connection.Waiting(millis(now) + 12_000, WaitReason.UNREACHABLE))
    val poorServer = account.copy(missing = listOf(Missing.ARCHIVE, Missing.STREAM_MANAGEMENT))
    val archivingOff = account.copy(archiving = false)

    fun account(address: String, id: Long = 1) = AccountItem(
        key = "account/$id",
        id = id,
        address = address,
        enabled = true,
        connection = Connection.Online,
        signedIn = true,
        missing = emptyList(),
        archiving = true,
        privacy = Privacy(receipts = true, readMarkers = true, typing = true),
    )

    val request = RequestItem("request/1", 1, "mallory@elsewhere.example", at(17, 2))

    val chats: List<ChatItem> = listOf(
        chat(1, "bob@example.org", "Bob Lindqvist", "Perfect, see you at eight then 🎉", at(18, 10), unread = 2),
        chat(
            2, "amelie@jabber.example", "Amélie Duval", "The photos are up, have a look when you can", at(16, 41), true,
        ),
        chat(3, "alice@example.org", "alice", "Milk, rye flour, the blue paint", at(9, 5), true, note = true),
        chat(4, "eleni@chat.example", "Ελένη Παππά", "Τα λέμε αύριο στις δέκα", at(20, 55, daysAgo = 1), unread = 1),
        chat(5, "omar@example.net", "عمر حداد", "شكرا جزيلا، إلى اللقاء", at(14, 20, daysAgo = 3)),
        chat(
            6, "oskar@far.example", "Oskar", "Did you get my letter?", at(11, 0, daysAgo = 4), true,
            state = MessageState.Failed(SendFailure.SERVER_UNREACHABLE),
        ),
        chat(
            7, "priya.raman@example.org", "Priya Raman", "The train was an hour late, but we made it",
            at(8, 30, daysAgo = 32),
        ),
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

        fun theirs(body: String, time: Long, group: GroupPosition = GroupPosition.SINGLE) =
            add(body, time, false, group)

        fun mine(
            body: String,
            time: Long,
            group: GroupPosition = GroupPosition.SINGLE,
            state: MessageState = MessageState.Sent,
        ) = add(body, time, true, group, state)

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
        ) {
            items += TimelineItem.Message(message(items.size.toLong(), body, time, outgoing, group, state))
        }
    }
}
