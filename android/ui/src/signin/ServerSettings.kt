package org.linnet.ui.signin

import androidx.compose.animation.AnimatedVisibility
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.draw.rotate
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import org.linnet.core.ServerAddress
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.words.strings

/** Which way to the server, where its name alone does not lead there. */
data class ServerChoice(
    val open: Boolean = false,
    val directTls: Boolean = false,
    val portInvalid: Boolean = false,
    val proxy: Boolean = false,
    val proxyInvalid: Boolean = false,
)

/** What is typed for it. */
class ServerFields(val host: TextFieldState = TextFieldState(), val port: TextFieldState = TextFieldState("$PORT")) {
    val proxyHost = TextFieldState("127.0.0.1")
    val proxyPort = TextFieldState("9050")
    val all get() = listOf(host, port, proxyHost, proxyPort)

    /** Either kind has its usual port. */
    fun setDirectTls(on: Boolean) {
        val usual = if (on) "5222" to "5223" else "5223" to "5222"
        if (port.text.toString() == usual.first) port.setTextAndPlaceCursorAtEnd(usual.second)
    }

    companion object {
        /** Where servers are that nobody has moved. */
        const val PORT = 5222
    }
}

/** What the server settings can ask for. */
interface ServerActions {
    fun toggleServer()
    fun setDirectTls(on: Boolean)
    fun setProxy(on: Boolean)
}

internal class ChosenServer(val orNull: ServerAddress?)

/** Null when a host was named with an impossible port. */
internal fun chosenServer(fields: ServerFields, directTls: Boolean): ChosenServer? {
    val host = fields.host.text.trim().toString()
    if (host.isEmpty()) return ChosenServer(null)
    val port = fields.port.text.trim().toString().toIntOrNull()?.takeIf { it in 1..65535 } ?: return null
    return ChosenServer(ServerAddress(host, port.toUShort(), directTls))
}

@Composable
internal fun ServerSettings(
    choice: ServerChoice,
    fields: ServerFields,
    working: Boolean,
    actions: ServerActions,
    onSubmit: () -> Unit,
) {
    Column {
        Row(
            Modifier.clip(MaterialTheme.shapes.small)
                .clickable(enabled = !working, role = Role.Button, onClick = actions::toggleServer)
                .heightIn(min = 48.dp).padding(horizontal = 4.dp),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Icon(
                Icons.Expand,
                null,
                Modifier.size(20.dp).rotate(if (choice.open) 180f else 0f),
                tint = MaterialTheme.colorScheme.primary,
            )
            Spacer(Modifier.width(8.dp))
            Text(
                strings.signInServerMore,
                style = MaterialTheme.typography.labelLarge,
                color = MaterialTheme.colorScheme.primary,
            )
        }
        AnimatedVisibility(choice.open) {
            Column(Modifier.padding(top = 4.dp), verticalArrangement = Arrangement.spacedBy(12.dp)) {
                Text(
                    strings.signInServerLead,
                    style = MaterialTheme.typography.bodyMedium,
                    color = MaterialTheme.colorScheme.onSurfaceVariant,
                )
                ServerAddressFields(
                    fields,
                    choice.directTls,
                    !working,
                    strings.signInPortInvalid.takeIf { choice.portInvalid },
                    actions::setDirectTls,
                    onSubmit,
                )
                Choice(strings.proxyUse, choice.proxy, !working, actions::setProxy, Modifier.testTag("proxy"))
                if (choice.proxy) {
                    ProxyFields(fields.proxyHost, fields.proxyPort, !working, choice.proxyInvalid, onSubmit)
                }
            }
        }
    }
}

/** Where a server is, and how TLS begins there; `error` says what is wrong with it. */
@Composable
internal fun ServerAddressFields(
    fields: ServerFields,
    directTls: Boolean,
    enabled: Boolean,
    error: String?,
    onDirectTls: (Boolean) -> Unit,
    onSubmit: () -> Unit,
    /** There is no room for more than the host in a line. */
    narrow: Boolean = false,
) {
    if (narrow) {
        Host(fields, enabled, Modifier.fillMaxWidth())
        Port(fields, enabled, onSubmit)
    } else {
        Row(horizontalArrangement = Arrangement.spacedBy(12.dp)) {
            Host(fields, enabled, Modifier.weight(1f))
            Port(fields, enabled, onSubmit)
        }
    }
    if (error != null) ErrorText(error)
    Choice(strings.signInServerDirectTls, directTls, enabled, onDirectTls, Modifier.testTag("direct-tls"))
}

@Composable
private fun Host(fields: ServerFields, enabled: Boolean, modifier: Modifier) = LinnetField(
    fields.host,
    label = strings.signInServerHost,
    enabled = enabled,
    keyboard = KeyboardOptions(
        keyboardType = KeyboardType.Uri,
        imeAction = ImeAction.Next,
        autoCorrectEnabled = false,
    ),
    modifier = modifier.testTag("host"),
)

@Composable
private fun Port(fields: ServerFields, enabled: Boolean, onSubmit: () -> Unit) = LinnetField(
    fields.port,
    label = strings.signInServerPort,
    enabled = enabled,
    keyboard = KeyboardOptions(keyboardType = KeyboardType.Number, imeAction = ImeAction.Go),
    onKeyboardAction = onSubmit,
    modifier = Modifier.width(112.dp).testTag("port"),
)

@Composable
private fun Choice(
    text: String,
    on: Boolean,
    enabled: Boolean,
    onChange: (Boolean) -> Unit,
    modifier: Modifier = Modifier,
) {
    Row(
        modifier.fillMaxWidth().clip(MaterialTheme.shapes.small)
            .toggleable(on, enabled = enabled, role = Role.Switch, onValueChange = onChange).heightIn(min = 48.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Text(text, Modifier.weight(1f), style = MaterialTheme.typography.bodyMedium)
        Spacer(Modifier.width(12.dp))
        Switch(on, onCheckedChange = null, enabled = enabled)
    }
}

/** Where a SOCKS5 proxy is; Tor's own place is written in already. */
@Composable
internal fun ProxyFields(
    host: TextFieldState,
    port: TextFieldState,
    enabled: Boolean,
    invalid: Boolean,
    onSubmit: () -> Unit,
) {
    Text(
        strings.proxyText,
        style = MaterialTheme.typography.bodyMedium,
        color = MaterialTheme.colorScheme.onSurfaceVariant,
    )
    Row(horizontalArrangement = Arrangement.spacedBy(12.dp)) {
        LinnetField(
            host,
            label = strings.proxyHost,
            enabled = enabled,
            keyboard = KeyboardOptions(
                keyboardType = KeyboardType.Uri,
                imeAction = ImeAction.Next,
                autoCorrectEnabled = false,
            ),
            modifier = Modifier.weight(1f).testTag("proxy-host"),
        )
        LinnetField(
            port,
            label = strings.signInServerPort,
            enabled = enabled,
            keyboard = KeyboardOptions(keyboardType = KeyboardType.Number, imeAction = ImeAction.Go),
            onKeyboardAction = onSubmit,
            modifier = Modifier.width(112.dp).testTag("proxy-port"),
        )
    }
    if (invalid) ErrorText(strings.proxyInvalid)
}
