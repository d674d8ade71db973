package org.linnet.ui.account

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.text.input.rememberTextFieldState
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.unit.dp
import org.linnet.core.ProxyAddress
import org.linnet.ui.signin.ProxyFields
import org.linnet.ui.signin.proxyAddress
import org.linnet.ui.words.strings

/** Asks where the proxy is. */
@Composable
internal fun ProxyDialog(known: ProxyAddress?, onChoose: (ProxyAddress) -> Unit, onCancel: () -> Unit) {
    val host = rememberTextFieldState(known?.host ?: "127.0.0.1")
    val port = rememberTextFieldState(known?.port?.toString() ?: "9050")
    var invalid by rememberSaveable { mutableStateOf(false) }
    fun choose() {
        val proxy = proxyAddress(host, port)
        invalid = proxy == null
        if (proxy != null) {
            onCancel()
            onChoose(proxy)
        }
    }
    AlertDialog(
        onDismissRequest = onCancel,
        title = { Text(strings.proxyUse, style = MaterialTheme.typography.titleLarge) },
        text = {
            Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
                ProxyFields(host, port, enabled = true, invalid, ::choose)
            }
        },
        confirmButton = { TextButton(::choose, Modifier.testTag("proxy-save")) { Text(strings.proxySave) } },
        dismissButton = { TextButton(onCancel) { Text(strings.cancel) } },
    )
}
