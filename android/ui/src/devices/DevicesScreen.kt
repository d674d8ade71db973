package org.linnet.ui.devices

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.SuggestionChip
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.linnet.core.ClientAccess
import org.linnet.core.OwnDevicesItem
import org.linnet.core.OwnSession
import org.linnet.core.RevokeProblem
import org.linnet.core.Support
import org.linnet.ui.account.ChangePasswordDialog
import org.linnet.ui.account.Heading
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.theme.Question
import org.linnet.ui.words.availability
import org.linnet.ui.words.dates
import org.linnet.ui.words.strings

/** What the screen of one's own devices can ask for. */
interface DevicesActions {
    fun back()
    fun set(name: String, priority: Int)
    fun revoke(client: ClientAccess)
    fun newPassword(): String
    fun copy(text: String)
    fun signOutEverywhere(password: String)
}

/** How this device is called, which others are there, and what has access to the account. */
@Composable
fun DevicesScreen(item: OwnDevicesItem?, actions: DevicesActions, modifier: Modifier = Modifier) {
    var everywhere by rememberSaveable { mutableStateOf(false) }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.devicesTitle, onBack = actions::back)
            if (item == null) return@Column
            Column(Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 24.dp)) {
                This(item, actions)
                Online(item.sessions)
                Access(item, actions)
                TextButton(
                    { everywhere = true },
                    Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag("everywhere"),
                ) { Text(strings.devicesEverywhere, color = MaterialTheme.colorScheme.error) }
            }
        }
    }
    if (everywhere && item != null) {
        ChangePasswordDialog(
            actions::newPassword,
            actions::copy,
            onChange = actions::signOutEverywhere,
            onCancel = { everywhere = false },
            title = strings.devicesEverywhereTitle,
            text = if (item.tokensMayStay) strings.devicesEverywhereTextTokens else strings.devicesEverywhereText,
            confirm = strings.devicesEverywhereConfirm,
        )
    }
}

@Composable
private fun This(item: OwnDevicesItem, actions: DevicesActions) {
    val name = remember(item.name) { TextFieldState(item.name.orEmpty()) }
    val typed = name.text.toString().trim().take(LONGEST)
    Part(strings.devicesThis) {
        Spacer(Modifier.padding(top = 8.dp))
        LinnetField(name, strings.devicesName, Modifier.testTag("device-name"))
        FlowRow(Modifier.padding(top = 4.dp), horizontalArrangement = Arrangement.spacedBy(8.dp)) {
            for (word in listOf(strings.devicesNamePhone, strings.devicesNameHome, strings.devicesNameWork)) {
                SuggestionChip({ name.setTextAndPlaceCursorAtEnd(word) }, { Text(word) })
            }
        }
        Quiet(strings.devicesNameText)
        TextButton(
            { actions.set(typed, item.priority.toInt()) },
            Modifier.heightIn(min = 48.dp).testTag("device-save"),
            enabled = typed != item.name.orEmpty(),
        ) { Text(strings.devicesSave) }
    }
    Part(strings.devicesPriority) {
        Column(Modifier.selectableGroup()) {
            val known = listOf(
                HIGH to strings.devicesPriorityHigh,
                0 to strings.devicesPriorityNormal,
                LOW to strings.devicesPriorityLow,
            )
            val now = item.priority.toInt()
            val other = (now to strings.devicesPriorityOther("$now")).takeIf { known.none { it.first == now } }
            for ((priority, text) in known + listOfNotNull(other)) {
                Row(
                    Modifier.fillMaxWidth()
                        .selectable(priority == now, role = Role.RadioButton) {
                            actions.set(item.name.orEmpty(), priority)
                        }
                        .heightIn(min = 48.dp).testTag("priority/$priority"),
                    verticalAlignment = Alignment.CenterVertically,
                ) {
                    RadioButton(priority == now, onClick = null)
                    Spacer(Modifier.width(12.dp))
                    Text(text, style = MaterialTheme.typography.bodyLarge)
                }
            }
        }
    }
}

@Composable
private fun Online(sessions: List<OwnSession>) = Part(strings.devicesOnline) {
    if (sessions.isEmpty()) Text(strings.devicesNone, Modifier.padding(top = 6.dp))
    for (session in sessions) {
        Column(Modifier.padding(top = 10.dp).semantics(mergeDescendants = true) {}.testTag("session/${session.name}")) {
            val name = if (session.`this`) strings.devicesThisOne(session.name) else session.name
            Text(name, style = MaterialTheme.typography.bodyLarge)
            Quiet(
                listOfNotNull(strings.availability(session.availability), session.software, session.status)
                    .joinToString(" · "),
            )
        }
    }
}

@Composable
private fun Access(item: OwnDevicesItem, actions: DevicesActions) {
    if (item.manages == Support.UNKNOWN) return
    Part(strings.devicesAccess) {
        if (item.manages == Support.NO) {
            Text(strings.devicesUnlisted, Modifier.padding(top = 6.dp), style = MaterialTheme.typography.bodyLarge)
            return@Part
        }
        Quiet(strings.devicesAccessText)
        item.problem?.let {
            Text(
                when (it) {
                    RevokeProblem.PASSWORD_NEEDED -> strings.devicesPasswordNeeded
                    RevokeProblem.REFUSED -> strings.devicesRefused
                },
                Modifier.padding(top = 8.dp).semantics { liveRegion = LiveRegionMode.Polite }.testTag("problem"),
                color = MaterialTheme.colorScheme.error,
                style = MaterialTheme.typography.bodyLarge,
            )
        }
        for (client in item.clients) Client(client, actions::revoke)
    }
}

@Composable
private fun Client(client: ClientAccess, onRevoke: (ClientAccess) -> Unit) {
    var asking by remember { mutableStateOf(false) }
    val named = client.device ?: client.software ?: strings.devicesUnnamed
    val name = if (client.`this`) strings.devicesThisOne(named) else named
    Row(
        Modifier.fillMaxWidth().padding(top = 8.dp).testTag("client/${client.id}"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Column(Modifier.weight(1f).semantics(mergeDescendants = true) {}) {
            Text(name, style = MaterialTheme.typography.bodyLarge)
            val seen = client.lastSeen?.let { strings.devicesSeen(dates.moment(it)) }
            val there = strings.devicesConnected.takeIf { client.connected } ?: seen
            val password = strings.devicesKnowsPassword.takeIf { client.password }
            Quiet(listOfNotNull(client.software.takeIf { client.device != null }, there, password).joinToString(" · "))
            if (client.revoking) Quiet(strings.devicesRevoking)
        }
        if (!client.`this`) {
            TextButton({ asking = true }, Modifier.heightIn(min = 48.dp), enabled = !client.revoking) {
                Text(strings.devicesRevoke)
            }
        }
    }
    if (asking) {
        Question(
            strings.devicesRevokeQuestion(named),
            strings.devicesRevokeText,
            strings.devicesRevoke,
            onConfirm = { onRevoke(client) },
            onCancel = { asking = false },
        )
    }
}

@Composable
private fun Part(title: String, content: @Composable () -> Unit) =
    Column(Modifier.fillMaxWidth().padding(horizontal = 24.dp, vertical = 10.dp)) {
        Heading(title)
        content()
    }

@Composable
private fun Quiet(text: String) = Text(
    text,
    Modifier.padding(top = 4.dp),
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.onSurfaceVariant,
)

private const val LONGEST = 30
private const val HIGH = 10
private const val LOW = -1
