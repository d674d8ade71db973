package org.linnet.ui.contact

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.size
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
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import org.linnet.core.Report
import org.linnet.ui.words.strings

/** Asks before somebody is heard no more, and how much of it is meant. */
@Composable
fun BlockDialog(
    address: String,
    reportable: Boolean,
    onBlock: (address: String, report: Report?) -> Unit,
    onCancel: () -> Unit,
) {
    val server = address.substringAfter('@')
    var report by rememberSaveable { mutableStateOf(false) }
    var all by rememberSaveable { mutableStateOf(false) }
    AlertDialog(
        onDismissRequest = onCancel,
        title = { Text(strings.blockQuestion(address), style = MaterialTheme.typography.titleLarge) },
        text = {
            Column {
                Text(strings.blockText, style = MaterialTheme.typography.bodyLarge)
                Spacer(Modifier.size(8.dp))
                if (reportable) Option(strings.blockReport, report, "report") { report = it }
                if (server != address) Option(strings.blockServer(server), all, "server") { all = it }
            }
        },
        confirmButton = {
            TextButton({
                onCancel()
                onBlock(if (all) server else address, Report.SPAM.takeIf { report })
            }) { Text(strings.blockConfirm, color = MaterialTheme.colorScheme.error) }
        },
        dismissButton = { TextButton(onCancel) { Text(strings.cancel) } },
    )
}

@Composable
private fun Option(text: String, on: Boolean, tag: String, onChange: (Boolean) -> Unit) {
    Row(
        Modifier.fillMaxWidth().toggleable(on, role = Role.Checkbox, onValueChange = onChange)
            .heightIn(min = 48.dp).testTag("block/$tag"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Checkbox(on, onCheckedChange = null)
        Spacer(Modifier.width(12.dp))
        Text(text, style = MaterialTheme.typography.bodyLarge)
    }
}
