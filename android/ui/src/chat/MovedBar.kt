package org.linnet.ui.chat

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.linnet.core.ContactItem
import org.linnet.ui.words.strings

/** Above the place to write, of somebody who has another address: a question, and once it is answered the way there. */
@Composable
internal fun MovedBar(contact: ContactItem, actions: ChatActions) {
    val moved = contact.moved ?: return
    Surface(Modifier.fillMaxWidth().testTag("moved"), color = MaterialTheme.colorScheme.surfaceContainer) {
        Column(Modifier.padding(start = 20.dp, end = 12.dp, top = 12.dp, bottom = 8.dp)) {
            Column(
                Modifier.semantics(mergeDescendants = true) { liveRegion = LiveRegionMode.Polite },
                Arrangement.spacedBy(2.dp),
            ) {
                if (moved.asks) {
                    Text(strings.requestMoved(contact.title), style = MaterialTheme.typography.bodyLarge)
                    Both(contact.address, moved.address)
                } else {
                    Text(
                        strings.chatMoved(contact.title, moved.address),
                        style = MaterialTheme.typography.bodyLarge,
                    )
                }
            }
            FlowRow(
                Modifier.fillMaxWidth().padding(top = 4.dp),
                horizontalArrangement = Arrangement.spacedBy(4.dp, Alignment.End),
                itemVerticalAlignment = Alignment.CenterVertically,
            ) {
                if (moved.asks) {
                    TextButton({ actions.answerMoved(false, moved) }, Modifier.heightIn(min = 48.dp).testTag("stay")) {
                        Text(strings.requestStay)
                    }
                    Button(
                        { actions.answerMoved(true, moved) },
                        Modifier.heightIn(min = 48.dp).testTag("follow"),
                        shape = MaterialTheme.shapes.medium,
                    ) { Text(strings.requestFollow) }
                } else {
                    TextButton({ actions.openMoved(moved) }, Modifier.heightIn(min = 48.dp).testTag("go")) {
                        Text(strings.chatMovedOpen)
                    }
                }
            }
        }
    }
}

/** Two addresses, one below the other, so that a difference shows. */
@Composable
internal fun Both(old: String, new: String) {
    for (line in listOf(strings.requestMovedOld(old), strings.requestMovedNew(new))) {
        Text(line, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
    }
}
