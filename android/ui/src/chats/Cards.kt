package org.linnet.ui.chats

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.Button
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import org.linnet.ui.theme.Icons
import org.linnet.ui.words.domain
import org.linnet.ui.words.missing
import org.linnet.ui.words.strings

/** The way to strangers: quiet, so that nobody shouts by writing to people he doesn't know. */
@Composable
internal fun RequestsRow(count: Int, actions: ChatListActions, modifier: Modifier = Modifier) {
    Row(
        modifier.fillMaxWidth().padding(horizontal = 8.dp).clip(MaterialTheme.shapes.medium)
            .clickable(role = Role.Button, onClick = actions::openRequests)
            .heightIn(min = 68.dp).padding(horizontal = 12.dp, vertical = 8.dp).testTag("requests"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Box(
            Modifier.size(52.dp).clip(CircleShape).background(MaterialTheme.colorScheme.surfaceContainerHigh),
            contentAlignment = Alignment.Center,
        ) { Icon(Icons.People, null, Modifier.size(26.dp), tint = MaterialTheme.colorScheme.onSurfaceVariant) }
        Spacer(Modifier.width(14.dp))
        Column(Modifier.weight(1f)) {
            Text(strings.chatsRequests(count, count), style = MaterialTheme.typography.titleMedium)
            Text(
                strings.chatsRequestsText,
                style = MaterialTheme.typography.bodyMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
            )
        }
    }
}

@Composable
internal fun NoticeCard(notice: Notice, actions: ChatListActions, modifier: Modifier = Modifier) {
    val server = notice.account.domain
    Card(modifier.testTag("notice")) {
        when (notice) {
            is Notice.ArchivingOff -> {
                Explained(Icons.History, strings.archivingOfferTitle, strings.archivingOfferText(server))
                Answers {
                    TextButton({ actions.dismiss(notice) }) { Text(strings.archivingOfferDecline) }
                    Button({ actions.keepHistory(notice) }, shape = MaterialTheme.shapes.medium) {
                        Text(strings.archivingOfferAccept)
                    }
                }
            }
            is Notice.Lacks -> {
                val (title, text) = strings.missing(notice.missing, server)
                Explained(Icons.Info, title, text)
                Answers { TextButton({ actions.dismiss(notice) }) { Text(strings.noticeDismiss) } }
            }
        }
    }
}

@Composable
private fun Explained(icon: ImageVector, title: String, text: String) {
    Row {
        Icon(icon, null, Modifier.padding(top = 1.dp).size(22.dp), tint = MaterialTheme.colorScheme.primary)
        Spacer(Modifier.width(14.dp))
        Column(Modifier.weight(1f)) {
            Text(title, style = MaterialTheme.typography.titleMedium)
            Spacer(Modifier.size(2.dp))
            Text(
                text,
                style = MaterialTheme.typography.bodyMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
            )
        }
    }
}

@Composable
private fun Card(modifier: Modifier, content: @Composable ColumnScope.() -> Unit) {
    Surface(
        modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 6.dp),
        shape = MaterialTheme.shapes.large,
        color = MaterialTheme.colorScheme.surfaceContainer,
    ) {
        Column(Modifier.padding(start = 16.dp, top = 16.dp, end = 12.dp, bottom = 8.dp), content = content)
    }
}

/** Side by side, or one below the other where large letters need the width. */
@Composable
private fun Answers(content: @Composable () -> Unit) {
    FlowRow(
        Modifier.fillMaxWidth().padding(top = 6.dp),
        horizontalArrangement = Arrangement.spacedBy(8.dp, Alignment.End),
        itemVerticalAlignment = Alignment.CenterVertically,
    ) { content() }
}
