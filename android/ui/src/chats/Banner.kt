package org.linnet.ui.chats

import androidx.compose.animation.AnimatedVisibility
import androidx.compose.animation.expandVertically
import androidx.compose.animation.fadeIn
import androidx.compose.animation.fadeOut
import androidx.compose.animation.shrinkVertically
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.Spacer
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableLongStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.delay
import org.linnet.core.AccountItem
import org.linnet.core.Connection
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetTheme
import org.linnet.ui.theme.letterHigh
import org.linnet.ui.words.LocalClock
import org.linnet.ui.words.connection
import org.linnet.ui.words.remedy
import org.linnet.ui.words.strings

/**
 * Says how the connection stands, when it does not simply stand. Connecting is shown only if it takes longer than a
 * moment, so that an ordinary start doesn't flicker.
 */
@Composable
fun ConnectionBanner(accounts: List<AccountItem>, onTryNow: () -> Unit, onSignIn: (AccountItem) -> Unit) {
    val worst = accounts.filter { it.enabled }.maxByOrNull { gravity(it.connection) }
    val connection = worst?.connection ?: Connection.Online
    var patient by remember { mutableStateOf(false) }
    val passing = connection == Connection.Connecting || connection == Connection.CatchingUp
    LaunchedEffect(passing) {
        patient = passing
        if (passing) {
            delay(PATIENCE)
            patient = false
        }
    }
    val quiet = worst == null || patient || connection == Connection.Online || connection == Connection.Off
    // What it last said stays readable while it folds away.
    var said by remember { mutableStateOf<AccountItem?>(null) }
    if (!quiet) said = worst
    AnimatedVisibility(!quiet, enter = expandVertically() + fadeIn(), exit = shrinkVertically() + fadeOut()) {
        said?.let { Banner(it, named = accounts.size > 1, onTryNow, onSignIn) }
    }
}

@Composable
private fun Banner(account: AccountItem, named: Boolean, onTryNow: () -> Unit, onSignIn: (AccountItem) -> Unit) {
    val connection = account.connection
    val failed = connection is Connection.Failed
    // Another certificate than the one that was trusted may be an attack, which an ordinary complaint is not.
    val loud = failed && account.certificate?.changed == true
    val ground = when {
        loud -> MaterialTheme.colorScheme.error
        failed -> MaterialTheme.colorScheme.errorContainer
        else -> LinnetTheme.colors.banner
    }
    val ink = when {
        loud -> MaterialTheme.colorScheme.onError
        failed -> MaterialTheme.colorScheme.onErrorContainer
        else -> LinnetTheme.colors.onBanner
    }
    val now = currentSecond(connection is Connection.Waiting)
    val state = if (loud) strings.loginCertificateChanged else strings.connection(connection, now).orEmpty()
    Row(
        Modifier.fillMaxWidth().background(ground).heightIn(min = 44.dp)
            .padding(start = 20.dp, end = 8.dp).testTag("banner"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        when (connection) {
            is Connection.Failed -> Icon(Icons.Alert, null, Modifier.size(18.letterHigh), tint = ink)
            is Connection.Waiting -> Icon(Icons.Offline, null, Modifier.size(18.letterHigh), tint = ink)
            else -> CircularProgressIndicator(Modifier.size(15.dp), color = ink, strokeWidth = 2.dp)
        }
        Spacer(Modifier.width(12.dp))
        Text(
            if (named) strings.connectionForAccount(account.title, state) else state,
            // The countdown changes every second: spoken once, when it appears.
            Modifier.weight(1f).padding(vertical = 10.dp).semantics {
                if (connection !is Connection.Waiting) liveRegion = LiveRegionMode.Polite
            },
            style = MaterialTheme.typography.bodyMedium,
            color = ink,
        )
        if (connection is Connection.Waiting) TextButton(onTryNow) { Text(strings.connectionTryNow) }
        if (failed) {
            TextButton({ onSignIn(account) }) {
                Text(strings.remedy(account), color = if (loud) ink else MaterialTheme.colorScheme.primary)
            }
        }
    }
}

@Composable
private fun currentSecond(ticking: Boolean): Long {
    val clock = LocalClock.current
    var now by remember(clock) { mutableLongStateOf(clock.millis()) }
    LaunchedEffect(clock, ticking) {
        while (ticking) {
            now = clock.millis()
            delay(1_000)
        }
    }
    return now
}

private fun gravity(connection: Connection): Int = when (connection) {
    Connection.Online -> 0
    Connection.Off -> 1
    Connection.CatchingUp -> 2
    Connection.Connecting -> 3
    is Connection.Waiting -> 4
    is Connection.Failed -> 5
}

private const val PATIENCE = 700L
