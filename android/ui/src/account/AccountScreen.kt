package org.linnet.ui.account

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
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
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Switch
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
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountColour
import org.linnet.core.AccountItem
import org.linnet.core.AccountTask
import org.linnet.core.Connection
import org.linnet.core.MovedState
import org.linnet.core.ProxyAddress
import org.linnet.core.ServerAddress
import org.linnet.ui.theme.AccountDot
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.theme.Question
import org.linnet.ui.words.LocalClock
import org.linnet.ui.words.connection
import org.linnet.ui.words.domain
import org.linnet.ui.words.missing
import org.linnet.ui.words.remedy
import org.linnet.ui.words.strings
import org.linnet.ui.words.task

/** What the account screen can ask for. */
interface AccountActions {
    fun back()
    fun setEnabled(on: Boolean)
    fun edit(name: String, colour: AccountColour)
    fun setArchiving(on: Boolean)

    /** False if no server can be there. */
    suspend fun setServer(server: ServerAddress?): Boolean
    fun setProxy(proxy: ProxyAddress?)
    fun setBackground(on: Boolean)
    fun openNotificationSettings()
    fun mend(account: AccountItem)
    fun openCertificate(account: AccountItem)
    fun openPrivacy(account: AccountItem)
    fun openBlocks(account: AccountItem)
    fun openServer(account: AccountItem)
    fun openProfile(account: AccountItem)
    fun openPresence(account: AccountItem)
    fun openDevices(account: AccountItem)
    fun signOut()
    fun delete()
    fun newPassword(): String
    fun changePassword(password: String)
    fun copy(text: String)
    fun addAnother()
    fun handOver(account: AccountItem)
    fun openSafety()
    fun openBackup()
    fun openPortable(account: AccountItem)
    fun openMoved(account: AccountItem)
}

@Composable
fun AccountScreen(
    account: AccountItem?,
    actions: AccountActions,
    modifier: Modifier = Modifier,
    /** Whether the device stays connected while the app is closed; null if it has no such choice. */
    background: Boolean? = null,
    /** The system shows no notifications of ours. */
    refused: Boolean = false,
) {
    var asking by rememberSaveable { mutableStateOf(false) }
    var choosing by rememberSaveable { mutableStateOf(false) }
    var placing by rememberSaveable { mutableStateOf(false) }
    var changing by rememberSaveable { mutableStateOf(false) }
    var deleting by rememberSaveable { mutableStateOf(false) }
    var naming by rememberSaveable { mutableStateOf(false) }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.accountTitle, onBack = actions::back)
            if (account == null) return@Column
            Column(Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 24.dp)) {
                Who(account, actions::mend)
                TextButton(
                    { naming = true },
                    Modifier.align(Alignment.CenterHorizontally).heightIn(min = 48.dp).testTag("look"),
                ) { Text(strings.accountLook) }
                TextButton(
                    { actions.openProfile(account) },
                    Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag("profile"),
                ) { Text(strings.profileOpen) }
                TextButton(
                    { actions.openPresence(account) },
                    Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag("account/presence"),
                ) { Text(strings.presenceTitle) }
                Toggle(strings.accountEnabled, null, account.enabled, actions::setEnabled, Modifier.testTag("enabled"))
                account.archiving?.let {
                    val text = if (it) strings.accountArchivingOn else strings.accountArchivingOff
                    Toggle(strings.accountArchiving, text, it, actions::setArchiving, Modifier.testTag("archiving"))
                }
                TextButton(
                    { actions.openPrivacy(account) },
                    Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag("privacy/open"),
                ) { Text(strings.privacyScreen) }
                TextButton(
                    { actions.openBlocks(account) },
                    Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag("blocks"),
                ) { Text(strings.blocksOpen) }
                Server(account)
                TextButton(
                    { actions.openServer(account) },
                    Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag("server"),
                ) { Text(strings.serverOpen) }
                Way(account, actions, onServer = { placing = true }, onProxy = { choosing = true })
                if (background != null) ThisDevice(background, refused, actions)
                Spacer(Modifier.size(12.dp))
                TextButton(
                    actions::openSafety,
                    Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag("safety"),
                ) { Text(strings.safetyTitle) }
                TextButton(
                    actions::openBackup,
                    Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag("backup"),
                ) { Text(strings.backupTitle) }
                TextButton(actions::addAnother, Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp)) {
                    Text(strings.accountAdd)
                }
                val button = Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp)
                if (account.signedIn) {
                    TextButton({ actions.handOver(account) }, button.testTag("account/hand-over")) {
                        Text(strings.handoverTitle)
                    }
                }
                if (account.signedIn) {
                    TextButton({ actions.openPortable(account) }, button.testTag("portable")) {
                        Text(strings.portableTitle)
                    }
                    TextButton({ actions.openMoved(account) }, button.testTag("moved/open")) {
                        Text(strings.movedTitle)
                    }
                }
                TextButton({ actions.openDevices(account) }, button.testTag("devices")) { Text(strings.devicesOpen) }
                TextButton({ changing = true }, button.testTag("account/password")) { Text(strings.accountPassword) }
                TextButton({ asking = true }, button) {
                    Text(strings.accountRemove, color = MaterialTheme.colorScheme.error)
                }
                TextButton({ deleting = true }, button.testTag("account/delete")) {
                    Text(strings.accountDelete, color = MaterialTheme.colorScheme.error)
                }
            }
        }
    }
    if (choosing) ProxyDialog(account?.proxy, onChoose = actions::setProxy, onCancel = { choosing = false })
    if (placing) ServerAddressDialog(account?.server, actions::setServer) { placing = false }
    if (naming && account != null) LookDialog(account, actions::edit) { naming = false }
    if (changing) {
        ChangePasswordDialog(actions::newPassword, actions::copy, actions::changePassword, { changing = false })
    }
    if (deleting && account != null) DeleteDialog(account.address, actions::delete) { deleting = false }
    if (asking && account != null) {
        Question(
            strings.accountRemoveQuestion(account.address),
            strings.accountRemoveText,
            strings.accountRemoveConfirm,
            onConfirm = actions::signOut,
            onCancel = { asking = false },
        )
    }
}

@Composable
private fun Who(account: AccountItem, onMend: (AccountItem) -> Unit) {
    Column(
        Modifier.fillMaxWidth().padding(horizontal = 24.dp, vertical = 20.dp),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Avatar(account.address, account.address, size = 88.dp, picture = account.picture)
        Spacer(Modifier.size(14.dp))
        Row(verticalAlignment = Alignment.CenterVertically) {
            AccountDot(account.colour, size = 14.dp)
            Spacer(Modifier.width(8.dp))
            Text(account.title, style = MaterialTheme.typography.titleLarge, textAlign = TextAlign.Center)
        }
        if (account.name != null) Text(account.address, style = MaterialTheme.typography.bodyLarge)
        Spacer(Modifier.size(2.dp))
        Text(
            strings.connection(account.connection, LocalClock.current.millis()) ?: strings.connectionOnline,
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            textAlign = TextAlign.Center,
        )
        account.moved?.takeIf { it.state == MovedState.PUBLISHED }?.let {
            Text(
                strings.movedAccount(it.address),
                Modifier.padding(top = 8.dp).testTag("moved"),
                style = MaterialTheme.typography.bodyMedium,
                textAlign = TextAlign.Center,
            )
        }
        account.task?.let { Task(it) }
        if (account.connection is Connection.Failed) {
            TextButton({ onMend(account) }, Modifier.heightIn(min = 48.dp).testTag("mend")) {
                Text(strings.remedy(account))
            }
        }
    }
}

/** What the server was asked for, and how that goes; read out as it changes. */
@Composable
private fun Task(task: AccountTask) {
    val words = strings.task(task)
    Column(
        Modifier.padding(top = 8.dp).semantics { liveRegion = LiveRegionMode.Polite }.testTag("task"),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        for (line in words) {
            Text(
                line,
                style = MaterialTheme.typography.bodyMedium,
                textAlign = TextAlign.Center,
                color = if (words.size == 1) MaterialTheme.colorScheme.primary else MaterialTheme.colorScheme.error,
            )
        }
    }
}

@Composable
private fun ThisDevice(background: Boolean, refused: Boolean, actions: AccountActions) {
    Heading(strings.deviceTitle, Modifier.padding(start = 24.dp, end = 24.dp, top = 16.dp))
    Toggle(
        strings.deviceBackground,
        strings.deviceBackgroundText,
        background,
        actions::setBackground,
        Modifier.testTag("background"),
    )
    if (refused) {
        Column(Modifier.padding(horizontal = 24.dp, vertical = 6.dp)) {
            Text(strings.notificationsRefused, style = MaterialTheme.typography.bodyLarge)
            TextButton(actions::openNotificationSettings, Modifier.heightIn(min = 48.dp)) {
                Text(strings.notificationsSettings)
            }
        }
    }
}

/** How the account reaches its server: where, through a proxy or straight, and by which certificate it knows it. */
@Composable
private fun Way(account: AccountItem, actions: AccountActions, onServer: () -> Unit, onProxy: () -> Unit) {
    Column(
        Modifier.fillMaxWidth().clickable(role = Role.Button, onClick = onServer)
            .heightIn(min = 64.dp).padding(horizontal = 24.dp, vertical = 10.dp).testTag("server-address"),
        verticalArrangement = Arrangement.Center,
    ) {
        Text(strings.serverAddressTitle, style = MaterialTheme.typography.bodyLarge)
        Text(
            account.server?.shown ?: strings.serverAddressFound,
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
    }
    val proxy = account.proxy
    Toggle(
        strings.proxyUse,
        if (proxy == null) strings.proxyOff else strings.proxyOn("${proxy.host}:${proxy.port}"),
        proxy != null,
        { on -> if (on) onProxy() else actions.setProxy(null) },
        Modifier.testTag("proxy"),
    )
    if (account.certificate != null) {
        TextButton(
            { actions.openCertificate(account) },
            Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag("certificate"),
        ) { Text(strings.certificateTitle) }
    }
}

@Composable
internal fun Toggle(title: String, text: String?, on: Boolean, onChange: (Boolean) -> Unit, modifier: Modifier) {
    Row(
        modifier.fillMaxWidth().toggleable(on, role = Role.Switch, onValueChange = onChange)
            .heightIn(min = 64.dp).padding(horizontal = 24.dp, vertical = 10.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Column(Modifier.weight(1f)) {
            Text(title, style = MaterialTheme.typography.bodyLarge)
            if (text != null) {
                Text(
                    text,
                    style = MaterialTheme.typography.bodyMedium,
                    color = MaterialTheme.colorScheme.onSurfaceVariant,
                )
            }
        }
        Spacer(Modifier.width(16.dp))
        Switch(on, onCheckedChange = null)
    }
}

@Composable
internal fun Heading(text: String, modifier: Modifier = Modifier) = Text(
    text,
    modifier.semantics { heading() },
    style = MaterialTheme.typography.labelLarge,
    color = MaterialTheme.colorScheme.primary,
)

@Composable
private fun Server(account: AccountItem) {
    if (!account.signedIn) return
    Column(Modifier.padding(horizontal = 24.dp, vertical = 12.dp)) {
        Heading(strings.accountServer)
        if (account.missing.isEmpty()) {
            Text(
                strings.accountServerComplete,
                Modifier.padding(top = 6.dp),
                style = MaterialTheme.typography.bodyLarge,
            )
        }
        for (missing in account.missing) {
            val (title, text) = strings.missing(missing, account.domain)
            Row(Modifier.padding(top = 10.dp)) {
                Icon(
                    Icons.Info,
                    null,
                    Modifier.padding(top = 1.dp).size(20.dp),
                    tint = MaterialTheme.colorScheme.onSurfaceVariant,
                )
                Spacer(Modifier.width(12.dp))
                Column {
                    Text(title, style = MaterialTheme.typography.bodyLarge)
                    Text(
                        text,
                        style = MaterialTheme.typography.bodyMedium,
                        color = MaterialTheme.colorScheme.onSurfaceVariant,
                    )
                }
            }
        }
    }
}
