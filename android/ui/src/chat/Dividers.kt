package org.linnet.ui.chat

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.linnet.core.GapItem
import org.linnet.core.GapState
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetTheme
import org.linnet.ui.theme.letterHigh
import org.linnet.ui.words.dates
import org.linnet.ui.words.strings
import org.linnet.ui.chat.Row as ChatRow

@Composable
internal fun DayRow(day: ChatRow.Day, modifier: Modifier = Modifier) {
    Box(modifier.fillMaxWidth().padding(top = 14.dp, bottom = 8.dp), contentAlignment = Alignment.Center) {
        Text(
            dates.day(day.date),
            Modifier.clip(MaterialTheme.shapes.small).background(MaterialTheme.colorScheme.surfaceContainerHigh)
                .padding(horizontal = 12.dp, vertical = 4.dp).semantics { heading() },
            style = MaterialTheme.typography.labelMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
    }
}

@Composable
internal fun UnreadRow(modifier: Modifier = Modifier) {
    val accent = LinnetTheme.colors.accent
    Row(
        modifier.fillMaxWidth().padding(top = 14.dp, bottom = 6.dp).testTag("unread"),
        verticalAlignment = Alignment.CenterVertically,
        horizontalArrangement = Arrangement.spacedBy(12.dp),
    ) {
        HorizontalDivider(Modifier.weight(1f), color = accent.copy(alpha = 0.35f))
        Text(
            strings.chatUnreadMark,
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.labelMedium,
            color = accent,
        )
        HorizontalDivider(Modifier.weight(1f), color = accent.copy(alpha = 0.35f))
    }
}

/** A hole in the history that says so, and fills itself as soon as it is looked at. */
@Composable
internal fun GapRow(gap: GapItem, actions: ChatActions, modifier: Modifier = Modifier) {
    LaunchedEffect(gap.id, gap.state) { if (gap.state == GapState.OPEN) actions.fillGap(gap.id) }
    Box(modifier.fillMaxWidth().padding(vertical = 10.dp).testTag("gap"), contentAlignment = Alignment.Center) {
        Row(
            Modifier.widthIn(max = 420.dp).clip(MaterialTheme.shapes.medium)
                .background(MaterialTheme.colorScheme.surfaceContainer)
                .padding(start = 16.dp, end = if (gap.state == GapState.FAILED) 4.dp else 16.dp)
                .padding(vertical = 8.dp),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            GapIcon(gap.state)
            Spacer(Modifier.width(12.dp))
            Column(Modifier.weight(1f, fill = false)) {
                Text(
                    when (gap.state) {
                        GapState.OPEN -> strings.gapOpen
                        GapState.LOADING -> strings.gapLoading
                        GapState.FAILED -> strings.gapFailed
                        GapState.UNREADABLE -> strings.gapUnreadable
                    },
                    style = MaterialTheme.typography.bodyMedium,
                )
                gapSpan(gap)?.let {
                    Text(
                        it,
                        style = MaterialTheme.typography.bodySmall,
                        color = MaterialTheme.colorScheme.onSurfaceVariant,
                        textAlign = TextAlign.Start,
                    )
                }
            }
            if (gap.state == GapState.FAILED) TextButton({ actions.fillGap(gap.id) }) { Text(strings.gapRetry) }
        }
    }
}

@Composable
private fun GapIcon(state: GapState) {
    val ink = MaterialTheme.colorScheme.onSurfaceVariant
    when (state) {
        GapState.OPEN, GapState.LOADING -> CircularProgressIndicator(Modifier.size(18.dp), strokeWidth = 2.dp)
        GapState.FAILED -> Icon(Icons.Alert, null, Modifier.size(20.letterHigh), tint = MaterialTheme.colorScheme.error)
        GapState.UNREADABLE -> Icon(Icons.Info, null, Modifier.size(20.letterHigh), tint = ink)
    }
}

@Composable
private fun gapSpan(gap: GapItem): String? {
    val until = gap.until ?: return null
    val since = gap.since
    return if (since == null) strings.gapBefore(dates.moment(until))
    else strings.gapBetween(dates.moment(since), dates.moment(until))
}
