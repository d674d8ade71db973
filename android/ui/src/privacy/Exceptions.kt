package org.linnet.ui.privacy

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import org.linnet.core.ContactItem
import org.linnet.core.PrivacySetting
import org.linnet.ui.account.Heading
import org.linnet.ui.words.exception
import org.linnet.ui.words.privacy
import org.linnet.ui.words.strings

/** What one contact learns, where that is to be otherwise than for all. */
@Composable
internal fun Exceptions(contact: ContactItem, onChoose: (PrivacySetting, Boolean?) -> Unit) {
    var choosing by rememberSaveable { mutableStateOf<PrivacySetting?>(null) }
    Heading(strings.contactPrivacy, Modifier.padding(start = 24.dp, end = 24.dp, top = 16.dp))
    for (setting in settings) {
        Row(
            Modifier.fillMaxWidth().clickable(role = Role.Button) { choosing = setting }
                .heightIn(min = 52.dp).padding(horizontal = 24.dp).testTag("exception/$setting"),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Text(strings.privacy(setting).first, Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
            Spacer(Modifier.width(16.dp))
            val allowed = contact.allowed(setting)
            Text(
                strings.exception(allowed, setting in contact.inGeneral),
                style = MaterialTheme.typography.bodyMedium,
                color = if (allowed == null) {
                    MaterialTheme.colorScheme.onSurfaceVariant
                } else {
                    MaterialTheme.colorScheme.primary
                },
            )
        }
    }
    choosing?.let { setting ->
        ExceptionDialog(
            setting,
            contact.allowed(setting),
            setting in contact.inGeneral,
            onChoose = {
                choosing = null
                onChoose(setting, it)
            },
            onCancel = { choosing = null },
        )
    }
}

@Composable
private fun ExceptionDialog(
    setting: PrivacySetting,
    chosen: Boolean?,
    general: Boolean,
    onChoose: (Boolean?) -> Unit,
    onCancel: () -> Unit,
) {
    val (title, text) = strings.privacy(setting)
    AlertDialog(
        onDismissRequest = onCancel,
        title = { Text(title, style = MaterialTheme.typography.titleLarge) },
        text = {
            Column {
                Text(text, Modifier.padding(bottom = 8.dp), style = MaterialTheme.typography.bodyMedium)
                Choice(listOf(null, true, false), chosen, onChoose, "exception") { strings.exception(it, general) }
            }
        },
        confirmButton = { TextButton(onCancel) { Text(strings.cancel) } },
    )
}

private fun ContactItem.allowed(setting: PrivacySetting) = exceptions.firstOrNull { it.setting == setting }?.allowed

private val settings = listOf(
    PrivacySetting.ONLINE,
    PrivacySetting.LAST_SEEN,
    PrivacySetting.TYPING,
    PrivacySetting.RECEIPTS,
    PrivacySetting.READ_MARKERS,
    PrivacySetting.DEVICE_INFORMATION,
    PrivacySetting.CALLS,
    PrivacySetting.AUTO_LOAD,
)
