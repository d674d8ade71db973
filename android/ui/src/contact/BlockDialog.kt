package org.linnet.ui.contact

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Checkbox
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
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
    /** What is chosen at first. */
    reported: Report? = null,
) {
    val server = address.substringAfter('@')
    var report by rememberSaveable { mutableStateOf(reported) }
    var all by rememberSaveable { mutableStateOf(false) }
    AlertDialog(
        onDismissRequest = onCancel,
        title = { Text(strings.blockQuestion(address), style = MaterialTheme.typography.titleLarge) },
        text = {
            Column(Modifier.verticalScroll(rememberScrollState())) {
                Text(strings.blockText, style = MaterialTheme.typography.bodyLarge)
                Spacer(Modifier.size(8.dp))
                if (reportable) {
                    Option(strings.blockReport, report != null, "report") { on -> report = Report.SPAM.takeIf { on } }
                    report?.let { chosen -> Reasons(chosen) { report = it } }
                }
                if (server != address) Option(strings.blockServer(server), all, "server") { all = it }
            }
        },
        confirmButton = {
            TextButton({
                onCancel()
                onBlock(if (all) server else address, report)
            }) { Text(strings.blockConfirm, color = MaterialTheme.colorScheme.error) }
        },
        dismissButton = { TextButton(onCancel) { Text(strings.cancel) } },
    )
}

/** What the server is told of them (XEP-0377). */
@Composable
private fun Reasons(chosen: Report, onChoose: (Report) -> Unit) {
    Column(Modifier.padding(start = 36.dp).selectableGroup()) {
        for ((reason, text) in listOf(Report.SPAM to strings.blockSpam, Report.ABUSE to strings.blockAbuse)) {
            Row(
                Modifier.fillMaxWidth()
                    .selectable(reason == chosen, role = Role.RadioButton) { onChoose(reason) }
                    .heightIn(min = 48.dp).testTag("reason/$reason"),
                verticalAlignment = Alignment.CenterVertically,
            ) {
                RadioButton(reason == chosen, onClick = null)
                Spacer(Modifier.width(12.dp))
                Text(text, style = MaterialTheme.typography.bodyLarge)
            }
        }
    }
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
