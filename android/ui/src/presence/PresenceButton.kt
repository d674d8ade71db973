package org.linnet.ui.presence

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.size
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.core.Show
import org.linnet.ui.theme.Icons
import org.linnet.ui.words.show
import org.linnet.ui.words.strings

/** What the user is on his accounts, where he sees it at a glance; a tap leads to where he changes it. */
@Composable
internal fun PresenceButton(accounts: List<AccountItem>, onOpen: (AccountItem) -> Unit) {
    if (accounts.isEmpty()) return
    var choosing by remember { mutableStateOf(false) }
    // Of several the one that is easiest to forget.
    val show = accounts.maxOf { it.own.show }
    val only = accounts.singleOrNull()
    Box {
        IconButton(
            { if (only != null) onOpen(only) else choosing = true },
            Modifier.testTag("presence/open"),
        ) {
            Icon(
                show.icon,
                strings.presenceButton(strings.show(show)),
                Modifier.size(24.dp),
                tint = show.colour,
            )
        }
        DropdownMenu(choosing, { choosing = false }, shape = MaterialTheme.shapes.medium) {
            for (account in accounts) {
                val own = account.own.show
                DropdownMenuItem(
                    { Text(strings.presenceOf(account.title, strings.show(own))) },
                    onClick = {
                        choosing = false
                        onOpen(account)
                    },
                    Modifier.testTag("presence/${account.address}"),
                    leadingIcon = { Icon(own.icon, null, Modifier.size(20.dp), tint = own.colour) },
                )
            }
        }
    }
}

/** Told apart by its shape, not by its colour alone. */
internal val Show.icon: ImageVector
    get() = when (this) {
        Show.AVAILABLE -> Icons.Available
        Show.AWAY -> Icons.Clock
        Show.DO_NOT_DISTURB -> Icons.Busy
    }

internal val Show.colour: Color
    @Composable get() = when (this) {
        Show.AVAILABLE -> MaterialTheme.colorScheme.primary
        Show.AWAY -> MaterialTheme.colorScheme.onSurfaceVariant
        Show.DO_NOT_DISTURB -> MaterialTheme.colorScheme.error
    }
