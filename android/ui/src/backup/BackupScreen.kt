package org.linnet.ui.backup

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import org.linnet.ui.account.Heading
import org.linnet.ui.account.Toggle
import org.linnet.ui.handover.Big
import org.linnet.ui.safety.PIN_KEYBOARD
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings
import org.linnet.ui.words.trouble

/** What the screen can ask for. */
interface BackupActions {
    fun back()
    fun setCredentials(on: Boolean)
    fun newPassphrase()
    fun copy(text: String)
    fun save()
    fun choose()
    fun restore()
}

@Composable
fun BackupScreen(
    state: BackupState,
    passphrase: TextFieldState,
    pin: TextFieldState,
    opening: TextFieldState,
    actions: BackupActions,
    modifier: Modifier = Modifier,
) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding().imePadding()) {
            LinnetTopBar(strings.backupTitle, onBack = actions::back)
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 24.dp),
                verticalArrangement = Arrangement.spacedBy(12.dp),
            ) {
                Text(
                    strings.backupLead,
                    Modifier.padding(start = 24.dp, end = 24.dp, top = 8.dp),
                    style = MaterialTheme.typography.bodyLarge,
                )
                if (state.saves) Save(state, passphrase, pin, actions)
                Restore(state, opening, actions)
            }
        }
    }
}

@Composable
private fun Save(state: BackupState, passphrase: TextFieldState, pin: TextFieldState, actions: BackupActions) {
    val inside = Modifier.padding(horizontal = 24.dp)
    Heading(strings.backupSaveTitle, inside.padding(top = 12.dp))
    Toggle(
        strings.backupCredentials,
        if (state.credentials) strings.backupCredentialsOn else strings.backupCredentialsOff,
        state.credentials,
        actions::setCredentials,
        Modifier.testTag("credentials"),
    )
    Column(inside, verticalArrangement = Arrangement.spacedBy(8.dp)) {
        val short = passphrase.text.length < SHORTEST
        LinnetField(
            passphrase,
            strings.backupPassphrase,
            Modifier.testTag("passphrase"),
            error = strings.backupPassphraseShort.takeIf { short },
            enabled = !state.working,
            password = true,
            keyboard = KeyboardOptions(keyboardType = KeyboardType.Password, imeAction = ImeAction.Done),
        )
        Row {
            TextButton(actions::newPassphrase, Modifier.heightIn(min = 48.dp)) { Text(strings.signUpPasswordNew) }
            TextButton({ actions.copy(passphrase.text.toString()) }, Modifier.heightIn(min = 48.dp)) {
                Text(strings.signUpPasswordCopy)
            }
        }
        Text(strings.backupPassphraseText, style = MaterialTheme.typography.bodyMedium)
        val asksPin = state.credentials && state.lock
        if (asksPin) {
            LinnetField(
                pin,
                strings.lockPin,
                Modifier.testTag("pin"),
                enabled = !state.working,
                password = true,
                secret = true,
                keyboard = PIN_KEYBOARD,
            )
        }
        Said(
            when {
                state.refused -> strings.handoverOwnerRefused
                state.saveTrouble != null -> strings.trouble(state.saveTrouble)
                state.saved == false -> strings.backupNotSaved
                else -> null
            },
            strings.backupSaved.takeIf { state.saved == true },
            "save-told",
        )
        val ready = !state.working && !short && (!asksPin || pin.text.isNotEmpty())
        Big(strings.backupSave, "save", ready, actions::save)
    }
}

@Composable
private fun Restore(state: BackupState, opening: TextFieldState, actions: BackupActions) {
    val inside = Modifier.padding(horizontal = 24.dp)
    Heading(strings.backupRestoreTitle, inside.padding(top = 12.dp))
    Column(inside, verticalArrangement = Arrangement.spacedBy(8.dp)) {
        Text(strings.backupRestoreText, style = MaterialTheme.typography.bodyMedium)
        OutlinedButton(
            actions::choose,
            Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("choose"),
            enabled = !state.working,
            shape = MaterialTheme.shapes.medium,
        ) { Text(strings.backupChoose, style = MaterialTheme.typography.titleMedium) }
        if (state.chosen) {
            LinnetField(
                opening,
                strings.backupPassphrase,
                Modifier.testTag("opening"),
                enabled = !state.working,
                password = true,
                keyboard = KeyboardOptions(keyboardType = KeyboardType.Password, imeAction = ImeAction.Done),
                onKeyboardAction = actions::restore,
            )
        }
        Said(
            when {
                state.tooLarge -> strings.backupTooLarge
                else -> state.restoreTrouble?.let { strings.trouble(it) }
            },
            state.restored?.let {
                val (accounts, known, contacts, blocks) = it
                strings.backupRestored("$accounts", "$known", "$contacts", "$blocks")
            },
            "restore-told",
        )
        if (state.chosen) {
            Big(strings.backupRestore, "restore", !state.working && opening.text.isNotEmpty(), actions::restore)
        }
    }
}

/** What went wrong, or right; read out as it changes. */
@Composable
private fun Said(trouble: String?, success: String?, tag: String) = Text(
    trouble ?: success.orEmpty(),
    Modifier.semantics { liveRegion = LiveRegionMode.Polite }.testTag(tag),
    style = MaterialTheme.typography.bodyMedium,
    color = if (trouble != null) MaterialTheme.colorScheme.error else MaterialTheme.colorScheme.primary,
)

/** Characters, as the core has it. */
private const val SHORTEST = 8
