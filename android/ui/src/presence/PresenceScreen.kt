package org.linnet.ui.presence

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.core.Show
import org.linnet.core.longestStatus
import org.linnet.ui.account.Heading
import org.linnet.ui.account.Toggle
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.presenceText
import org.linnet.ui.words.show
import org.linnet.ui.words.strings

/** What the screen about one's own presence can ask for. */
interface PresenceActions {
    fun back()
    fun choose(show: Show)
    fun saveStatus()
    fun clearStatus()
    fun setAutoAway(on: Boolean)
}

/** How much the user is there for an account, what he says of it, and whether he is away by himself. */
@Composable
fun PresenceScreen(
    account: AccountItem?,
    status: TextFieldState,
    actions: PresenceActions,
    modifier: Modifier = Modifier,
) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.presenceTitle, onBack = actions::back)
            if (account == null) return@Column
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 24.dp).testTag("presence"),
            ) {
                Quiet(account.title)
                if (!account.privacy.online) Quiet(strings.presenceHidden)
                Column(Modifier.selectableGroup()) {
                    for (show in Show.entries) Choice(show, show == account.own.show) { actions.choose(show) }
                }
                StatusField(account, status, actions)
                Toggle(
                    strings.presenceAutoAway,
                    if (account.privacy.lastSeen) strings.presenceAutoAwayText else strings.presenceAutoAwayHidden,
                    account.own.autoAway,
                    actions::setAutoAway,
                    Modifier.testTag("auto-away"),
                )
            }
        }
    }
}

@Composable
private fun Choice(show: Show, chosen: Boolean, onChoose: () -> Unit) {
    Row(
        Modifier.fillMaxWidth().selectable(chosen, role = Role.RadioButton, onClick = onChoose)
            .heightIn(min = 64.dp).padding(horizontal = 24.dp, vertical = 8.dp).testTag("show/$show"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        RadioButton(chosen, onClick = null)
        Spacer(Modifier.width(16.dp))
        Column(Modifier.weight(1f)) {
            Row(verticalAlignment = Alignment.CenterVertically) {
                Icon(show.icon, null, Modifier.size(18.dp), tint = show.colour)
                Spacer(Modifier.width(8.dp))
                Text(strings.show(show), style = MaterialTheme.typography.bodyLarge)
            }
            Text(
                strings.presenceText(show),
                style = MaterialTheme.typography.bodyMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
            )
        }
    }
}

@Composable
private fun StatusField(account: AccountItem, status: TextFieldState, actions: PresenceActions) {
    val longest = remember { longestStatus().toInt() }
    val typed = status.text.toString().trim()
    val tooLong = typed.codePointCount(0, typed.length) > longest
    Column(Modifier.padding(horizontal = 24.dp, vertical = 12.dp)) {
        Heading(strings.presenceStatus)
        LinnetField(
            status,
            strings.presenceStatusField,
            Modifier.padding(top = 6.dp).testTag("status"),
            error = if (tooLong) strings.presenceStatusLong(longest, longest) else null,
            onKeyboardAction = { if (!tooLong) actions.saveStatus() },
        )
        Text(
            strings.presenceStatusText,
            Modifier.padding(top = 4.dp),
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
        Row(Modifier.align(Alignment.End)) {
            if (account.own.status != null) {
                TextButton(actions::clearStatus, Modifier.heightIn(min = 48.dp).testTag("clear")) {
                    Text(strings.presenceStatusClear)
                }
            }
            TextButton(
                actions::saveStatus,
                Modifier.heightIn(min = 48.dp).testTag("save"),
                enabled = !tooLong && typed != account.own.status.orEmpty(),
            ) { Text(strings.contactSave) }
        }
    }
}

@Composable
private fun Quiet(text: String) = Text(
    text,
    Modifier.padding(horizontal = 24.dp, vertical = 8.dp),
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.onSurfaceVariant,
)
