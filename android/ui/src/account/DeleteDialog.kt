package org.linnet.ui.account

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.selection.toggleable
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Checkbox
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
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import org.linnet.ui.words.strings

/** Names what goes with an account that is deleted on its server, and lets nobody hurry past it. */
@Composable
internal fun DeleteDialog(address: String, onDelete: () -> Unit, onCancel: () -> Unit) {
    var understood by rememberSaveable { mutableStateOf(false) }
    AlertDialog(
        onDismissRequest = onCancel,
        title = { Text(strings.accountDeleteQuestion(address), style = MaterialTheme.typography.titleLarge) },
        text = {
            Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
                Text(strings.accountDeleteText, style = MaterialTheme.typography.bodyLarge)
                Row(
                    Modifier.fillMaxWidth().toggleable(understood, role = Role.Checkbox) { understood = it }
                        .heightIn(min = 48.dp).testTag("understood"),
                    verticalAlignment = Alignment.CenterVertically,
                ) {
                    Checkbox(understood, null)
                    Spacer(Modifier.width(12.dp))
                    Text(strings.accountDeleteUnderstood, style = MaterialTheme.typography.bodyMedium)
                }
            }
        },
        confirmButton = {
            TextButton(
                {
                    onCancel()
                    onDelete()
                },
                Modifier.testTag("delete"),
                enabled = understood,
            ) {
                Text(
                    strings.accountDeleteConfirm,
                    color = if (understood) MaterialTheme.colorScheme.error else Color.Unspecified,
                )
            }
        },
        dismissButton = { TextButton(onCancel) { Text(strings.cancel) } },
    )
}
