package org.linnet.ui.chat

import org.linnet.core.GapItem
import org.linnet.core.GroupPosition
import org.linnet.core.MessageItem
import org.linnet.core.TimelineItem
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId

/** What a chat draws, oldest first: the core's rows with what only the device knows, its zone's midnights. */
sealed interface Row {
    val key: String

    data class Message(val item: MessageItem, val group: GroupPosition) : Row {
        override val key get() = item.key
    }

    /** The date of the message below, whose key it borrows: a date may come twice when clocks disagreed. */
    data class Day(val date: LocalDate, val below: String) : Row {
        override val key get() = "day/$below"
    }

    data object UnreadMark : Row {
        override val key get() = "unread"
    }

    data class Typing(override val key: String, val name: String) : Row

    data class Gap(val item: GapItem) : Row {
        override val key get() = item.key
    }
}

/**
 * Adds date dividers, sets the unread mark above the message [unreadFrom], and ends groups of bubbles where something
 * stands between them.
 */
fun rows(items: List<TimelineItem>, zone: ZoneId, unreadFrom: String?): List<Row> {
    val rows = ArrayList<Row>(items.size + 8)
    var day: LocalDate? = null
    for (item in items) {
        when (item) {
            is TimelineItem.UnreadMark -> Unit
            is TimelineItem.Typing -> rows += Row.Typing(item.key, item.name)
            is TimelineItem.Gap -> rows += Row.Gap(item.item)
            is TimelineItem.Message -> {
                val message = item.item
                val date = Instant.ofEpochMilli(message.time).atZone(zone).toLocalDate()
                if (date != day) rows += Row.Day(date, message.key)
                day = date
                if (message.key == unreadFrom) rows += Row.UnreadMark
                rows += Row.Message(message, message.group)
            }
        }
    }
    for (at in rows.indices) {
        val row = rows[at] as? Row.Message ?: continue
        val alone = rows.getOrNull(at - 1) !is Row.Message
        val last = rows.getOrNull(at + 1) !is Row.Message
        val group = row.group.cut(above = alone, below = last)
        if (group != row.group) rows[at] = row.copy(group = group)
    }
    return rows
}

/** The key of the first unread message, by the core's mark. */
fun firstUnread(items: List<TimelineItem>): String? {
    val mark = items.indexOfFirst { it is TimelineItem.UnreadMark }
    if (mark < 0) return null
    return items.asSequence().drop(mark).filterIsInstance<TimelineItem.Message>().firstOrNull()?.item?.key
}

private fun GroupPosition.cut(above: Boolean, below: Boolean): GroupPosition {
    val joinsAbove = !above && (this == GroupPosition.MIDDLE || this == GroupPosition.LAST)
    val joinsBelow = !below && (this == GroupPosition.MIDDLE || this == GroupPosition.FIRST)
    return when {
        joinsAbove && joinsBelow -> GroupPosition.MIDDLE
        joinsAbove -> GroupPosition.LAST
        joinsBelow -> GroupPosition.FIRST
        else -> GroupPosition.SINGLE
    }
}
