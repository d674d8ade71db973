package org.linnet.ui.chat

import org.junit.Assert.assertEquals
import org.junit.Test
import org.linnet.core.GapItem
import org.linnet.core.GapState
import org.linnet.core.GroupPosition
import org.linnet.core.GroupPosition.FIRST
import org.linnet.core.GroupPosition.LAST
import org.linnet.core.GroupPosition.MIDDLE
import org.linnet.core.GroupPosition.SINGLE
import org.linnet.core.TimelineItem
import org.linnet.ui.previews.Fixtures
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.ZoneId

class RowsTest {
    @Test
    fun `a day begins at midnight of the device's zone, not of UTC`() {
        // 23:59 and 00:01 in Berlin are 22:59 and 23:01 of one day in UTC.
        val items = listOf(message(1, berlin(20, 23, 59)), message(2, berlin(21, 0, 1)))
        assertEquals(listOf(day(20), "1", day(21), "2"), drawn(rows(items, Fixtures.zone, null)))
        assertEquals(1, rows(items, ZoneId.of("UTC"), null).count { it is Row.Day })
    }

    @Test
    fun `midnight ends a group of bubbles`() {
        val items = listOf(
            message(1, berlin(20, 23, 57), FIRST),
            message(2, berlin(20, 23, 59), MIDDLE),
            message(3, berlin(21, 0, 1), MIDDLE),
            message(4, berlin(21, 0, 2), LAST),
        )
        assertEquals(listOf(FIRST, LAST, FIRST, LAST), groups(rows(items, Fixtures.zone, null)))
    }

    @Test
    fun `a lone half of a cut group stands single`() {
        val items = listOf(message(1, berlin(20, 23, 59), FIRST), message(2, berlin(21, 0, 1), LAST))
        assertEquals(listOf(SINGLE, SINGLE), groups(rows(items, Fixtures.zone, null)))
    }

    @Test
    fun `what the core grouped stays so where nothing stands between`() {
        val items = listOf(
            message(1, berlin(20, 12, 0), FIRST),
            message(2, berlin(20, 12, 1), MIDDLE),
            message(3, berlin(20, 12, 2), LAST),
            message(4, berlin(20, 12, 30), SINGLE),
        )
        assertEquals(listOf(FIRST, MIDDLE, LAST, SINGLE), groups(rows(items, Fixtures.zone, null)))
    }

    @Test
    fun `the unread mark stands below the date and ends a group`() {
        val items = listOf(
            message(1, berlin(20, 23, 58), FIRST),
            TimelineItem.UnreadMark("mark"),
            message(2, berlin(21, 0, 1), LAST),
        )
        val rows = rows(items, Fixtures.zone, firstUnread(items))
        assertEquals(listOf(day(20), "1", day(21), "unread", "2"), drawn(rows))
        assertEquals(listOf(SINGLE, SINGLE), groups(rows))
    }

    @Test
    fun `the unread mark stays where it was when the core has moved its own`() {
        val items = listOf(message(1, berlin(20, 9, 0)), message(2, berlin(20, 9, 30)), message(3, berlin(20, 9, 40)))
        assertEquals(listOf(day(20), "1", "unread", "2", "3"), drawn(rows(items, Fixtures.zone, "message/2")))
    }

    @Test
    fun `a gap parts a group and keeps its place`() {
        val gap = TimelineItem.Gap(GapItem("gap/1", 1, GapState.OPEN, null, null))
        val items = listOf(gap, message(1, berlin(20, 9, 0), FIRST), gap(2), message(2, berlin(20, 9, 1), LAST))
        val rows = rows(items, Fixtures.zone, null)
        assertEquals(listOf("gap/1", day(20), "1", "gap/2", "2"), drawn(rows))
        assertEquals(listOf(SINGLE, SINGLE), groups(rows))
    }

    @Test
    fun `keys stay unique when clocks disagreed and a date comes twice`() {
        val items = listOf(
            message(1, berlin(20, 9, 0)), message(2, berlin(19, 9, 0)), message(3, berlin(20, 9, 0)),
        )
        val rows = rows(items, Fixtures.zone, "message/2")
        assertEquals(rows.size, rows.map { it.key }.toSet().size)
        assertEquals(3, rows.count { it is Row.Day })
    }

    @Test
    fun `a few emoji are a picture, words and digits are not`() {
        for (picture in listOf("😀", "😀🎉", "👨‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️")) assertEquals(picture, true, isFewEmoji(picture))
        for (text in listOf("", "a", "12", "😀!", "😀😀😀😀", "ok 👍")) assertEquals(text, false, isFewEmoji(text))
    }

    private fun gap(id: Long) = TimelineItem.Gap(GapItem("gap/$id", id, GapState.OPEN, null, null))

    private fun message(id: Long, time: Long, group: GroupPosition = SINGLE) =
        TimelineItem.Message(Fixtures.message(id, "text", time, outgoing = false, group = group))

    private fun berlin(day: Int, hour: Int, minute: Int) =
        LocalDateTime.of(2026, 11, day, hour, minute).atZone(Fixtures.zone).toInstant().toEpochMilli()

    private fun day(day: Int) = LocalDate.of(2026, 11, day).toString()

    private fun groups(rows: List<Row>) = rows.filterIsInstance<Row.Message>().map { it.group }

    private fun drawn(rows: List<Row>) = rows.map {
        when (it) {
            is Row.Day -> it.date.toString()
            is Row.Message -> it.key.removePrefix("message/")
            is Row.Gap -> it.key
            Row.UnreadMark -> "unread"
            is Row.Typing -> "typing"
        }
    }
}
