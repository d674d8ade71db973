package org.linnet.ui.account

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.text.input.rememberTextFieldState
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Icon
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
import androidx.compose.ui.draw.clip
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountColour
import org.linnet.core.AccountItem
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.accountColour
import org.linnet.ui.words.colour
import org.linnet.ui.words.strings

/** What the user calls an account, and by which colour he tells it apart. */
@Composable
internal fun LookDialog(account: AccountItem, onSave: (String, AccountColour) -> Unit, onCancel: () -> Unit) {
    val name = rememberTextFieldState(account.name.orEmpty())
    var chosen by rememberSaveable { mutableStateOf(account.colour) }
    AlertDialog(
        onDismissRequest = onCancel,
        title = { Text(strings.accountLookTitle, style = MaterialTheme.typography.titleLarge) },
        text = {
            Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
                Text(strings.accountLookText, style = MaterialTheme.typography.bodyMedium)
                LinnetField(name, strings.accountLookName, Modifier.testTag("name"))
                Text(strings.accountLookColour, style = MaterialTheme.typography.labelLarge)
                FlowRow(Modifier.selectableGroup()) {
                    for (colour in AccountColour.entries) {
                        Swatch(colour, colour == chosen) { chosen = colour }
                    }
                }
            }
        },
        confirmButton = {
            TextButton({
                onCancel()
                // As much as the core takes.
                onSave(name.text.toString().trim().take(LONGEST), chosen)
            }, Modifier.testTag("look-save")) { Text(strings.accountLookSave) }
        },
        dismissButton = { TextButton(onCancel) { Text(strings.cancel) } },
    )
}

@Composable
private fun Swatch(colour: AccountColour, chosen: Boolean, onChoose: () -> Unit) {
    val name = strings.colour(colour)
    Box(
        Modifier.size(52.dp).clip(CircleShape).selectable(chosen, role = Role.RadioButton, onClick = onChoose)
            .semantics { contentDescription = name }.testTag("colour/$colour"),
        contentAlignment = Alignment.Center,
    ) {
        Box(
            Modifier.size(36.dp).clip(CircleShape).background(accountColour(colour)),
            contentAlignment = Alignment.Center,
        ) {
            if (chosen) Icon(Icons.Check, null, Modifier.size(22.dp), tint = MaterialTheme.colorScheme.background)
        }
    }
}

private const val LONGEST = 40
