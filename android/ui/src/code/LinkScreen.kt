package org.linnet.ui.code

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
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.Icon
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
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.core.Link
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings

/** What the screen of a link can ask for. */
interface LinkActions {
    fun back()
    fun choose(account: AccountItem)
    fun accept()
    fun signIn()
    fun signUp()
    fun openPage(url: String)
    fun showCode()
}

@Composable
fun LinkScreen(state: LinkState, actions: LinkActions, modifier: Modifier = Modifier) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar("", onBack = actions::back)
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(horizontal = 24.dp, vertical = 8.dp),
                horizontalAlignment = Alignment.CenterHorizontally,
            ) {
                Who(state.link)
                Spacer(Modifier.size(20.dp))
                Asked(state)
                Spacer(Modifier.size(24.dp))
                val chooses = state.link !is Link.SignUp && state.link !is Link.Page
                if (chooses && !state.own && state.accounts.size > 1) Accounts(state, actions)
                Answer(state, actions)
            }
        }
    }
}

@Composable
private fun Who(link: Link) {
    val address = link.address
    if (address == null) {
        Icon(Icons.Link, null, Modifier.size(64.dp), tint = MaterialTheme.colorScheme.primary)
        return
    }
    Avatar(address, address, size = 88.dp)
    Spacer(Modifier.size(14.dp))
    // The address is what counts; a name in a link is only what somebody wrote there.
    Text(
        address,
        Modifier.semantics { heading() }.testTag("address"),
        style = MaterialTheme.typography.titleLarge,
        textAlign = TextAlign.Center,
    )
    (link as? Link.Contact)?.name?.let {
        Text(
            strings.linkName(it),
            Modifier.padding(top = 2.dp),
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            textAlign = TextAlign.Center,
        )
    }
}

@Composable
private fun Asked(state: LinkState) {
    val link = state.link
    val text = when {
        state.own -> strings.linkOwn
        link is Link.Page -> strings.linkPage(link.host)
        link is Link.SignUp -> strings.linkSignUp(link.server)
        state.accounts.isEmpty() && link.invitation != null ->
            strings.linkNewcomer(checkNotNull(link.invitation).domain)
        state.accounts.isEmpty() -> strings.linkNoAccount
        link is Link.Remove -> strings.linkRemove
        link is Link.Unsubscribe -> strings.linkUnsubscribe
        link is Link.Contact && link.invited -> strings.linkContactInvited
        link is Link.Contact -> strings.linkContact
        else -> strings.linkChat
    }
    Text(text, style = MaterialTheme.typography.bodyLarge, textAlign = TextAlign.Center)
    (link as? Link.Page)?.let {
        Text(
            it.url,
            Modifier.padding(top = 12.dp),
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            textAlign = TextAlign.Center,
        )
    }
}

@Composable
private fun Accounts(state: LinkState, actions: LinkActions) {
    Text(
        strings.newChatFrom,
        Modifier.fillMaxWidth(),
        style = MaterialTheme.typography.labelLarge,
        color = MaterialTheme.colorScheme.onSurfaceVariant,
    )
    for (account in state.accounts) {
        val chosen = account.id == state.from?.id
        Row(
            Modifier.fillMaxWidth().selectable(chosen, role = Role.RadioButton) { actions.choose(account) }
                .heightIn(min = 56.dp),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Avatar(account.address, account.address, size = 32.dp, picture = account.picture)
            Spacer(Modifier.width(12.dp))
            Text(account.address, Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
            RadioButton(chosen, onClick = null)
        }
    }
    Spacer(Modifier.size(16.dp))
}

@Composable
private fun Answer(state: LinkState, actions: LinkActions) {
    val link = state.link
    when {
        state.own -> Big(strings.codeTitle, onClick = actions::showCode)
        link is Link.Page -> Big(strings.linkPageOpen) { actions.openPage(link.url) }
        link is Link.SignUp || state.accounts.isEmpty() && link.invitation != null -> {
            Big(strings.linkSignUpAccept, onClick = actions::signUp)
            if (link !is Link.SignUp) {
                TextButton(actions::signIn, Modifier.heightIn(min = 48.dp).testTag("sign-in")) {
                    Text(strings.linkSignInInstead)
                }
            }
        }
        state.accounts.isEmpty() -> Big(strings.linkSignIn, onClick = actions::signIn)
        else -> {
            val text = when (link) {
                is Link.Contact -> strings.linkContactAccept
                is Link.Remove -> strings.contactRemove
                is Link.Unsubscribe -> strings.linkUnsubscribeAccept
                else -> strings.newChatStart
            }
            Big(text, !state.working && state.from != null, actions::accept)
        }
    }
}

@Composable
private fun Big(text: String, enabled: Boolean = true, onClick: () -> Unit) {
    Button(
        onClick,
        Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("accept"),
        enabled = enabled,
        shape = MaterialTheme.shapes.medium,
    ) { Text(text, style = MaterialTheme.typography.titleMedium) }
}
