package org.linnet.ui.account

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.offset
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.input.rememberTextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.launch
import org.linnet.core.ServerAddress
import org.linnet.ui.signin.ServerAddressFields
import org.linnet.ui.signin.ServerFields
import org.linnet.ui.signin.chosenServer
import org.linnet.ui.words.strings

/** As it is written: an address with colons of its own stands in brackets. */
internal val ServerAddress.shown: String
    get() = if (':' in host && !host.startsWith('[')) "[$host]:$port" else "$host:$port"

/**
 * Asks where the account's server is; without a host it is found by its name. Open until [onChoose] has taken it: what
 * can be a host, the core knows.
 */
@Composable
internal fun ServerAddressDialog(
    known: ServerAddress?,
    onChoose: suspend (ServerAddress?) -> Boolean,
    onClose: () -> Unit,
) {
    val host = rememberTextFieldState(known?.host.orEmpty())
    val port = rememberTextFieldState("${known?.port ?: ServerFields.PORT}")
    val fields = remember(host, port) { ServerFields(host, port) }
    var directTls by rememberSaveable { mutableStateOf(known?.directTls == true) }
    var invalid by rememberSaveable { mutableStateOf(false) }
    val scope = rememberCoroutineScope()
    fun choose(server: ServerAddress?) {
        scope.launch {
            invalid = !onChoose(server)
            if (!invalid) onClose()
        }
    }
    fun save() {
        val chosen = chosenServer(fields, directTls)
        if (chosen == null) invalid = true else choose(chosen.orNull)
    }
    AlertDialog(
        onDismissRequest = onClose,
        title = { Text(strings.serverAddressTitle, style = MaterialTheme.typography.titleLarge) },
        text = {
            Column(Modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(12.dp)) {
                Text(
                    strings.signInServerLead,
                    style = MaterialTheme.typography.bodyMedium,
                    color = MaterialTheme.colorScheme.onSurfaceVariant,
                )
                ServerAddressFields(
                    fields,
                    directTls,
                    enabled = true,
                    strings.serverAddressInvalid.takeIf { invalid },
                    onDirectTls = {
                        directTls = it
                        fields.setDirectTls(it)
                    },
                    ::save,
                    narrow = true,
                )
                if (known != null) {
                    // Its letters stand below those above.
                    TextButton(
                        { choose(null) },
                        Modifier.offset(x = (-12).dp).heightIn(min = 48.dp).testTag("server-address-find"),
                    ) { Text(strings.serverAddressFind) }
                }
            }
        },
        confirmButton = {
            TextButton(::save, Modifier.testTag("server-address-save")) { Text(strings.serverAddressSave) }
        },
        dismissButton = { TextButton(onClose) { Text(strings.cancel) } },
    )
}
