package org.linnet.ui.chat

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.linnet.core.TextOf
import org.linnet.core.VersionItem
import org.linnet.ui.words.dates
import org.linnet.ui.words.strings

/** What a corrected message said before, and when: the newest at the top, as the chat shows it. */
@Composable
internal fun Versions(versions: List<VersionItem>, onClose: () -> Unit, onShowAll: (TextOf) -> Unit) {
    val colors = MaterialTheme.colorScheme
    AlertDialog(
        onDismissRequest = onClose,
        title = { Text(strings.versionsTitle, style = MaterialTheme.typography.titleLarge) },
        text = {
            LazyColumn(Modifier.testTag("versions"), verticalArrangement = Arrangement.spacedBy(14.dp)) {
                items(versions.asReversed(), { it.key }) { version ->
                    Column(Modifier.semantics(mergeDescendants = true) {}) {
                        Text(
                            dates.moment(version.time),
                            style = MaterialTheme.typography.labelMedium,
                            color = colors.onSurfaceVariant,
                        )
                        Body(version.text, Inks(colors.onSurface, colors.primary, colors.onSurfaceVariant))
                        if (version.cut) {
                            ShowAll(colors.primary) {
                                onClose()
                                onShowAll(TextOf.Version(version.id))
                            }
                        }
                    }
                }
            }
        },
        confirmButton = { TextButton(onClose) { Text(strings.versionsClose) } },
    )
}
