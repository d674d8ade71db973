package org.linnet.ui.phonebook

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
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.selection.selectable
import androidx.compose.material3.Button
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings

/** What the screen can ask for. */
interface PhoneBookActions {
    fun back()
    fun allow()
    fun openSettings()
    fun choose(account: AccountItem)
    fun add(found: Found)
}

@Composable
fun PhoneBookScreen(
    state: PhoneBookState,
    /** Null until the user was asked. */
    allowed: Boolean?,
    actions: PhoneBookActions,
    modifier: Modifier = Modifier,
) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.phoneBookTitle, onBack = actions::back)
            val found = state.found
            when {
                allowed == null -> Told(strings.phoneBookAsk) {
                    Button(
                        actions::allow,
                        Modifier.heightIn(min = 48.dp).testTag("allow"),
                        shape = MaterialTheme.shapes.medium,
                    ) { Text(strings.phoneBookAllow) }
                }
                !allowed -> Told(strings.phoneBookRefused) {
                    TextButton(actions::openSettings, Modifier.heightIn(min = 48.dp)) {
                        Text(strings.notificationsSettings)
                    }
                }
                state.failed -> Told(strings.phoneBookFailed)
                found == null -> Told("") { CircularProgressIndicator() }
                found.isEmpty() -> Told(strings.phoneBookEmpty)
                else -> People(state, found, actions)
            }
        }
    }
}

@Composable
private fun People(state: PhoneBookState, found: List<Found>, actions: PhoneBookActions) {
    LazyColumn(Modifier.fillMaxSize()) {
        if (state.accounts.size > 1) {
            items(state.accounts, key = { it.id }) { From(it, it.id == state.from?.id, actions) }
        }
        items(found, key = { it.address }) { one ->
            Row(
                Modifier.fillMaxWidth().heightIn(min = 64.dp).padding(horizontal = 20.dp, vertical = 6.dp),
                verticalAlignment = Alignment.CenterVertically,
            ) {
                Avatar(one.address, one.name, size = 40.dp)
                Spacer(Modifier.width(14.dp))
                Column(Modifier.weight(1f)) {
                    Text(one.name, style = MaterialTheme.typography.bodyLarge)
                    Text(
                        one.address,
                        style = MaterialTheme.typography.bodyMedium,
                        color = MaterialTheme.colorScheme.onSurfaceVariant,
                    )
                }
                val whom = "${strings.phoneBookAdd}: ${one.name}"
                TextButton(
                    { actions.add(one) },
                    Modifier.heightIn(min = 48.dp).testTag("add/${one.address}").semantics { contentDescription = whom },
                    enabled = !state.working && state.from != null,
                ) { Text(strings.phoneBookAdd) }
            }
        }
    }
}

@Composable
private fun From(account: AccountItem, chosen: Boolean, actions: PhoneBookActions) {
    Row(
        Modifier.fillMaxWidth().selectable(chosen, role = Role.RadioButton) { actions.choose(account) }
            .heightIn(min = 56.dp).padding(horizontal = 20.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Avatar(account.address, account.address, size = 32.dp)
        Spacer(Modifier.width(12.dp))
        Text(account.address, Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
        RadioButton(chosen, onClick = null)
    }
}

@Composable
private fun Told(text: String, below: @Composable () -> Unit = {}) {
    Column(
        Modifier.fillMaxSize().padding(32.dp),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Text(
            text,
            Modifier.testTag("told"),
            style = MaterialTheme.typography.bodyLarge,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            textAlign = TextAlign.Center,
        )
        Spacer(Modifier.size(20.dp))
        below()
    }
}
