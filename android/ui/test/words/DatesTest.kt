package org.linnet.ui.words

import org.junit.Assert.assertEquals
import org.junit.Test
import org.linnet.core.Connection
import org.linnet.core.WaitReason
import org.linnet.ui.previews.Fixtures
import java.time.LocalDate
import java.util.Locale

class DatesTest {
    private val today = LocalDate.of(2026, 11, 20)
    private val english = Dates(today, Fixtures.zone, Locale.UK, null, stringsFor(Locale.UK))
    private val german = Dates(today, Fixtures.zone, Locale.GERMANY, null, stringsFor(Locale.GERMANY))

    @Test
    fun `days are named as people name them`() {
        val days = listOf(0L, 1, 2, 6, 7).map { today.minusDays(it) }
        assertEquals(listOf("Today", "Yesterday", "Wednesday", "Saturday", "13 November 2026"), days.map(english::day))
        assertEquals(listOf("Heute", "Gestern", "Mittwoch", "Samstag", "13. November 2026"), days.map(german::day))
    }

    @Test
    fun `a day still to come, by a clock that is wrong, is written out`() {
        assertEquals("21 November 2026", english.day(today.plusDays(1)))
    }

    @Test
    fun `the chat list has the shortest that is clear`() {
        val times = listOf(0L, 1, 3, 40).map { Fixtures.at(9, 5, daysAgo = it) }
        assertEquals(listOf("09:05", "Yesterday", "Tue", "11/10/2026"), times.map(english::brief))
        assertEquals(listOf("09:05", "Gestern", "Di", "11.10.26"), times.map(german::brief))
    }

    @Test
    fun `the device's choice of clock goes before the locale's`() {
        val dates = english.copy(hour24 = false)
        assertEquals("6:04 pm", dates.time(Fixtures.at(18, 4)))
    }

    @Test
    fun `the time of another zone names it`() {
        val moment = Fixtures.at(18, 4)
        assertEquals("17:04 · UTC", english.timeThere(moment, 0))
        assertEquals("22:49 · UTC+05:45", german.timeThere(moment, 345))
        assertEquals("1:34 pm · UTC-03:30", english.copy(hour24 = false).timeThere(moment, -210))
    }

    @Test
    fun `waiting counts down in the largest unit that fits`() {
        val strings = stringsFor(Locale.ENGLISH)
        fun after(millis: Long) = strings.connection(Connection.Waiting(millis, WaitReason.LOST), 0)
        assertEquals("Connection lost. Trying again shortly.", after(-5))
        assertEquals("Connection lost. Next try in 12 seconds.", after(12_400))
        assertEquals("Connection lost. Next try in 1 minute.", after(61_000))
        assertEquals("Connection lost. Next try in 5 minutes.", after(300_000))
    }

    @Test
    fun `both languages fill in the same arguments`() {
        assertEquals("3 unread messages", stringsFor(Locale.ENGLISH).chatsUnread(3, 3))
        assertEquals("1 ungelesene Nachricht", stringsFor(Locale.GERMAN).chatsUnread(1, 1))
        assertEquals("Chat mit Bob löschen?", stringsFor(Locale.GERMANY).chatsDeleteQuestion("Bob"))
    }
}
