package org.linnet.ui.words

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import kotlinx.coroutines.delay
import java.time.Clock
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import java.time.ZoneOffset
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter
import java.time.format.FormatStyle
import java.time.format.TextStyle
import java.time.temporal.ChronoUnit
import java.util.Locale

/** Dates as people say them. [hour24] null: as the locale has it; Android lets the user decide otherwise. */
data class Dates(
    val today: LocalDate,
    val zone: ZoneId,
    val locale: Locale,
    val hour24: Boolean?,
    private val strings: Strings,
) {
    private val timeFormat = when (hour24) {
        null -> DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT)
        true -> DateTimeFormatter.ofPattern("HH:mm")
        false -> DateTimeFormatter.ofPattern("h:mm a")
    }.withLocale(locale)
    private val shortFormat = DateTimeFormatter.ofLocalizedDate(FormatStyle.SHORT).withLocale(locale)
    private val longFormat = DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG).withLocale(locale)

    fun date(millis: Long): LocalDate = at(millis).toLocalDate()

    /** 18:04 */
    fun time(millis: Long): String = timeFormat.format(at(millis))

    /** 18:04 · UTC+05:45: the time where the zone is so many minutes ahead. */
    fun timeThere(millis: Long, minutes: Int): String {
        val there = ZoneOffset.ofTotalSeconds(minutes * 60)
        val zone = if (minutes == 0) "UTC" else "UTC${there.id}"
        return "${timeFormat.format(Instant.ofEpochMilli(millis).atOffset(there))} · $zone"
    }

    /** Today, yesterday, Monday, 3 March 2026: over a day's messages. */
    fun day(date: LocalDate): String = when (ChronoUnit.DAYS.between(date, today)) {
        0L -> strings.chatToday
        1L -> strings.chatYesterday
        in 2L..6L -> date.dayOfWeek.getDisplayName(TextStyle.FULL_STANDALONE, locale)
        else -> longFormat.format(date)
    }

    /** The shortest that is still clear: at the end of a line of the chat list. */
    fun brief(millis: Long): String {
        val date = date(millis)
        return when (ChronoUnit.DAYS.between(date, today)) {
            0L -> time(millis)
            1L -> strings.chatYesterday
            in 2L..6L -> date.dayOfWeek.getDisplayName(TextStyle.SHORT_STANDALONE, locale)
            else -> shortFormat.format(date)
        }
    }

    /** Day and time, where either alone would leave a question. */
    fun moment(millis: Long): String {
        val date = date(millis)
        return if (date == today) time(millis) else "${day(date)}, ${time(millis)}"
    }

    private fun at(millis: Long): ZonedDateTime = Instant.ofEpochMilli(millis).atZone(zone)
}

/** [Dates] that know when midnight has passed. */
@Composable
fun rememberDates(strings: Strings, locale: Locale, hour24: Boolean?, clock: Clock): Dates {
    var today by remember(clock) { mutableStateOf(LocalDate.now(clock)) }
    LaunchedEffect(clock) {
        while (true) {
            val now = ZonedDateTime.now(clock)
            val midnight = now.toLocalDate().plusDays(1).atStartOfDay(clock.zone)
            // A device that slept through midnight, or whose clock was set, is at most a minute behind.
            delay(Duration.between(now, midnight).toMillis().coerceIn(1, 60_000))
            today = LocalDate.now(clock)
        }
    }
    return remember(today, clock.zone, locale, hour24, strings) { Dates(today, clock.zone, locale, hour24, strings) }
}
