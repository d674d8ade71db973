package org.linnet.ui.code

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.RadioButton
import androidx.compose.material3.SegmentedButton
import androidx.compose.material3.SegmentedButtonDefaults
import androidx.compose.material3.SingleChoiceSegmentedButtonRow
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.linnet.core.CodeItem
import org.linnet.core.QrCode
import org.linnet.core.ServerInvitation
import org.linnet.ui.account.Heading
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LabelledIcon
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.dates
import org.linnet.ui.words.strings

/** What the screen of one's own code can ask for. */
interface CodeActions {
    fun back()
    fun choose(account: Long)
    fun showInvitation(on: Boolean)
    fun invite()
    fun copy(link: String)
    fun share(link: String)
    fun scan()
}

/** [shares]: the device can hand a text to other apps. */
@Composable
fun CodeScreen(state: CodeState, actions: CodeActions, modifier: Modifier = Modifier, shares: Boolean = false) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.codeTitle, onBack = actions::back)
            val code = state.code ?: return@Column
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(horizontal = 20.dp, vertical = 8.dp),
                horizontalAlignment = Alignment.CenterHorizontally,
            ) {
                if (state.codes.size > 1) Accounts(state, actions)
                if (code.invitation is ServerInvitation.Ready) Kinds(state, actions)
                CodeCard(state.drawn, code.address)
                Meaning(state, code)
                Spacer(Modifier.size(16.dp))
                Ways(state, actions, shares)
                Spacer(Modifier.size(20.dp))
                if (!state.invitation) Newcomers(code, actions)
            }
        }
    }
}

@Composable
private fun Accounts(state: CodeState, actions: CodeActions) {
    for (code in state.codes) {
        val chosen = code.account == state.code?.account
        Row(
            Modifier.fillMaxWidth()
                .selectable(chosen, role = Role.RadioButton) { actions.choose(code.account) }
                .heightIn(min = 56.dp),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Avatar(code.address, code.address, size = 32.dp)
            Spacer(Modifier.width(12.dp))
            Text(code.address, Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
            RadioButton(chosen, onClick = null)
        }
    }
    Spacer(Modifier.size(12.dp))
}

@Composable
private fun Kinds(state: CodeState, actions: CodeActions) {
    SingleChoiceSegmentedButtonRow(Modifier.fillMaxWidth().padding(bottom = 16.dp)) {
        val kinds = listOf(false to strings.codeKindOwn, true to strings.codeKindInvitation)
        for ((index, kind) in kinds.withIndex()) {
            val (invitation, text) = kind
            SegmentedButton(
                selected = state.invitation == invitation,
                onClick = { actions.showInvitation(invitation) },
                shape = SegmentedButtonDefaults.itemShape(index, kinds.size),
                modifier = Modifier.testTag(if (invitation) "kind/invitation" else "kind/own"),
                icon = {},
            ) { Text(text) }
        }
    }
}

/** A code with the address it stands for; [drawn] is null until it is drawn, or if it can't be. */
@Composable
internal fun CodeCard(drawn: QrCode?, address: String) {
    Column(
        Modifier.widthIn(max = 360.dp).fillMaxWidth().clip(MaterialTheme.shapes.large).background(Color.White)
            .padding(bottom = 16.dp),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        if (drawn == null) {
            Box(Modifier.fillMaxWidth().aspectRatio(1f))
        } else {
            QrPicture(drawn, strings.codeDescription(address), Modifier.fillMaxWidth().testTag("code"))
        }
        Text(
            address,
            Modifier.padding(horizontal = 16.dp),
            style = MaterialTheme.typography.titleMedium,
            color = Color.Black,
            textAlign = TextAlign.Center,
        )
    }
}

@Composable
private fun Meaning(state: CodeState, code: CodeItem) {
    val made = code.invitation as? ServerInvitation.Ready
    val (text, until) = when {
        state.invitation && made != null -> {
            val server = code.address.substringAfter('@')
            (if (made.newcomers) strings.invitationText(server) else strings.invitationTextContact) to made.expires
        }
        code.expires != null -> strings.codeText to code.expires
        else -> strings.codeTextPlain to null
    }
    Text(
        text,
        Modifier.padding(top = 16.dp),
        style = MaterialTheme.typography.bodyLarge,
        textAlign = TextAlign.Center,
    )
    if (until != null) {
        Text(
            strings.codeUntil(dates.moment(until)),
            Modifier.padding(top = 4.dp),
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            textAlign = TextAlign.Center,
        )
    }
}

@Composable
private fun Ways(state: CodeState, actions: CodeActions, shares: Boolean) {
    val link = state.sent ?: return
    LinkWays(link, actions::copy, actions::share, shares)
    if (!state.invitation) {
        Spacer(Modifier.size(8.dp))
        OutlinedButton(
            actions::scan,
            Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("scan"),
            shape = MaterialTheme.shapes.medium,
        ) { LabelledIcon(Icons.Scan, strings.scanTitle) }
    } else {
        TextButton(actions::invite, Modifier.heightIn(min = 48.dp)) { Text(strings.invitationAgain) }
    }
}

/** Instead of being shown, a code can be sent as the link that it is. */
@Composable
internal fun LinkWays(link: String, copy: (String) -> Unit, share: (String) -> Unit, shares: Boolean) {
    Button(
        { if (shares) share(link) else copy(link) },
        Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("send"),
        shape = MaterialTheme.shapes.medium,
    ) { Text(if (shares) strings.codeShare else strings.codeCopy, style = MaterialTheme.typography.titleMedium) }
    if (shares) TextButton({ copy(link) }, Modifier.heightIn(min = 48.dp)) { Text(strings.codeCopy) }
}

/** For people who have no account yet. */
@Composable
private fun ColumnScope.Newcomers(code: CodeItem, actions: CodeActions) {
    val server = code.address.substringAfter('@')
    Heading(strings.invitationOfferTitle, Modifier.align(Alignment.Start))
    val text = when (code.invitation) {
        ServerInvitation.Asking -> strings.invitationAsking(server)
        ServerInvitation.NotOffered -> strings.invitationNotOffered(server)
        ServerInvitation.Refused -> strings.invitationRefused(server)
        ServerInvitation.Failed -> strings.invitationFailed(server)
        is ServerInvitation.Ready, null -> strings.invitationOfferText(server)
    }
    Row(Modifier.fillMaxWidth().padding(top = 6.dp), verticalAlignment = Alignment.CenterVertically) {
        Text(
            text,
            Modifier.weight(1f).semantics { liveRegion = LiveRegionMode.Polite }.testTag("invitation"),
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
        if (code.invitation == ServerInvitation.Asking) {
            Spacer(Modifier.width(12.dp))
            CircularProgressIndicator(Modifier.size(20.dp), strokeWidth = 2.dp)
        }
    }
    if (code.invitation != ServerInvitation.Asking && code.invitation != ServerInvitation.NotOffered) {
        TextButton(
            actions::invite,
            Modifier.align(Alignment.Start).heightIn(min = 48.dp).testTag("invite"),
        ) { Text(if (code.invitation == null) strings.invitationCreate else strings.invitationAgain) }
    }
}
