package org.linnet.ui.account

import androidx.compose.foundation.clickable
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
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.ui.theme.AccountDot
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.LocalClock
import org.linnet.ui.words.connection
import org.linnet.ui.words.strings

/** What the screen of all accounts can ask for. */
interface AccountsActions {
    fun back()
    fun open(account: AccountItem)
    fun move(account: AccountItem, to: Int)
    fun add()
}

/** All accounts in the user's order, which is changed by buttons: nobody has to drag. */
@Composable
fun AccountsScreen(accounts: List<AccountItem>, actions: AccountsActions, modifier: Modifier = Modifier) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.accountsTitle, onBack = actions::back)
            Column(Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 24.dp)) {
                accounts.forEachIndexed { at, account -> Line(account, at, accounts.lastIndex, actions) }
                TextButton(actions::add, Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag("add")) {
                    Text(strings.accountAdd)
                }
            }
        }
    }
}

@Composable
private fun Line(account: AccountItem, at: Int, last: Int, actions: AccountsActions) {
    Row(
        Modifier.fillMaxWidth().clickable(role = Role.Button) { actions.open(account) }
            .heightIn(min = 72.dp).padding(start = 24.dp, end = 8.dp, top = 8.dp, bottom = 8.dp)
            .testTag("account/${account.address}"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        AccountDot(account.colour, size = 18.dp)
        Spacer(Modifier.width(16.dp))
        Column(Modifier.weight(1f)) {
            Text(account.title, style = MaterialTheme.typography.titleMedium)
            val state = strings.connection(account.connection, LocalClock.current.millis()) ?: strings.connectionOnline
            val address = account.address.takeIf { account.name != null }
            Text(
                listOfNotNull(address, state).joinToString(" · "),
                style = MaterialTheme.typography.bodyMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
            )
        }
        Move(Icons.Up, strings.accountsUp(account.title), at > 0) { actions.move(account, at - 1) }
        Move(Icons.Expand, strings.accountsDown(account.title), at < last) { actions.move(account, at + 1) }
    }
}

@Composable
private fun Move(icon: ImageVector, text: String, can: Boolean, go: () -> Unit) {
    IconButton(go, Modifier.size(48.dp), enabled = can) { Icon(icon, text, Modifier.size(22.dp)) }
}
