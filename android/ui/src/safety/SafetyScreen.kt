package org.linnet.ui.safety

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.text.input.rememberTextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
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
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import org.linnet.core.AppItem
import org.linnet.core.LockItem
import org.linnet.core.NotificationContent
import org.linnet.ui.account.Heading
import org.linnet.ui.account.Toggle
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.patience
import org.linnet.ui.words.strings

/** What the screen about the app's own safety can ask for. */
interface SafetyActions {
    fun back()
    fun setPin(current: String?, pin: String?, done: (PinOutcome) -> Unit)
    fun setLockOptions(biometrics: Boolean, patience: Long)
    fun lockNow()
    fun setNotificationContent(content: NotificationContent)
    fun hideScreen(hides: Boolean)
}

/** What people nearby can see, and who can open the app. */
@Composable
fun SafetyScreen(
    app: AppItem?,
    actions: SafetyActions,
    modifier: Modifier = Modifier,
    /** The device can make sure of its owner. */
    biometrics: Boolean = false,
    /** The device can keep the screen out of pictures. */
    hides: Boolean = false,
) {
    var asking by rememberSaveable { mutableStateOf<PinQuestion?>(null) }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.safetyTitle, onBack = actions::back)
            if (app == null) return@Column
            Column(Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 24.dp)) {
                val lock = app.lock
                Toggle(
                    strings.safetyLock,
                    if (lock == null) strings.safetyLockOff else strings.safetyLockOn,
                    lock != null,
                    { on -> asking = if (on) PinQuestion.SET else PinQuestion.REMOVE },
                    Modifier.testTag("lock"),
                )
                if (lock != null) Lock(lock, biometrics, actions) { asking = PinQuestion.CHANGE }
                Section(strings.safetyNotifications)
                Choice(NotificationContent.entries, app.notificationContent, actions::setNotificationContent) {
                    when (it) {
                        NotificationContent.FULL -> strings.safetyNotificationsFull
                        NotificationContent.SENDER -> strings.safetyNotificationsSender
                        NotificationContent.NOTHING -> strings.safetyNotificationsNothing
                    }
                }
                if (hides) {
                    Section(strings.safetyScreen)
                    Toggle(
                        strings.safetyHide,
                        strings.safetyHideText,
                        app.hidesScreen,
                        actions::hideScreen,
                        Modifier.testTag("hide"),
                    )
                }
            }
        }
    }
    // Once there is a lock, or none any more, that was the answer.
    val question = asking?.takeIf { (it == PinQuestion.SET) == (app?.lock == null) }
    question?.let { PinDialog(it, actions::setPin) { asking = null } }
}

@Composable
private fun Lock(lock: LockItem, biometrics: Boolean, actions: SafetyActions, onChange: () -> Unit) {
    if (biometrics) {
        Toggle(
            strings.safetyBiometrics,
            null,
            lock.biometrics,
            { actions.setLockOptions(it, lock.patience.toLong()) },
            Modifier.testTag("biometrics"),
        )
    }
    Section(strings.safetyPatience)
    val chosen = lock.patience.toLong()
    val choices = if (chosen in PATIENCE) PATIENCE else (PATIENCE + chosen).sorted()
    Choice(choices, chosen, { actions.setLockOptions(lock.biometrics, it) }) { strings.patience(it) }
    Row(Modifier.padding(horizontal = 12.dp)) {
        TextButton(onChange, Modifier.heightIn(min = 48.dp)) { Text(strings.safetyPinChange) }
        TextButton(actions::lockNow, Modifier.heightIn(min = 48.dp)) { Text(strings.safetyLockNow) }
    }
}

@Composable
private fun Section(text: String) = Heading(text, Modifier.padding(start = 24.dp, end = 24.dp, top = 16.dp))

@Composable
private fun <T> Choice(all: List<T>, chosen: T, onChoose: (T) -> Unit, words: @Composable (T) -> String) {
    Column(Modifier.selectableGroup()) {
        for (one in all) {
            Row(
                Modifier.fillMaxWidth()
                    .selectable(one == chosen, role = Role.RadioButton) { onChoose(one) }
                    .heightIn(min = 52.dp).padding(horizontal = 24.dp),
                verticalAlignment = Alignment.CenterVertically,
            ) {
                RadioButton(one == chosen, onClick = null)
                Spacer(Modifier.width(16.dp))
                Text(words(one), style = MaterialTheme.typography.bodyLarge)
            }
        }
    }
}

/** What is asked of whom. */
private enum class PinQuestion { SET, CHANGE, REMOVE }

@Composable
private fun PinDialog(
    question: PinQuestion,
    setPin: (String?, String?, (PinOutcome) -> Unit) -> Unit,
    onClose: () -> Unit,
) {
    val current = rememberTextFieldState()
    val pin = rememberTextFieldState()
    val again = rememberTextFieldState()
    var trouble by rememberSaveable { mutableStateOf<PinOutcome?>(null) }
    val asksCurrent = question != PinQuestion.SET
    val asksNew = question != PinQuestion.REMOVE
    val differs = asksNew && again.text.isNotEmpty() && !again.text.contentEquals(pin.text)
    val fits = pin.text.length in 4..64 && pin.text.contentEquals(again.text)
    val ready = (!asksCurrent || current.text.isNotEmpty()) && (!asksNew || fits)
    val submit = {
        if (ready) {
            trouble = null
            setPin(current.text.toString().takeIf { asksCurrent }, pin.text.toString().takeIf { asksNew }) {
                if (it == PinOutcome.DONE || it == PinOutcome.FAILED) onClose() else trouble = it
            }
        }
    }
    AlertDialog(
        onDismissRequest = onClose,
        title = {
            Text(
                when (question) {
                    PinQuestion.SET -> strings.safetyPinSet
                    PinQuestion.CHANGE -> strings.safetyPinChange
                    PinQuestion.REMOVE -> strings.safetyPinRemove
                },
                style = MaterialTheme.typography.titleLarge,
            )
        },
        text = {
            Column(
                Modifier.verticalScroll(rememberScrollState()),
                verticalArrangement = Arrangement.spacedBy(8.dp),
            ) {
                if (question == PinQuestion.SET) {
                    Text(strings.safetyPinText, style = MaterialTheme.typography.bodyLarge)
                }
                if (asksCurrent) {
                    val error = when (trouble) {
                        PinOutcome.WRONG -> strings.lockWrong
                        PinOutcome.WAIT -> strings.safetyPinWait
                        else -> null
                    }
                    LinnetField(
                        current,
                        strings.safetyPinCurrent,
                        Modifier.testTag("current"),
                        error = error,
                        password = true,
                        secret = true,
                        keyboard = PIN_KEYBOARD,
                        onKeyboardAction = submit,
                    )
                }
                if (asksNew) {
                    LinnetField(
                        pin,
                        strings.safetyPinNew,
                        Modifier.testTag("new"),
                        password = true,
                        secret = true,
                        keyboard = PIN_KEYBOARD,
                        onKeyboardAction = submit,
                    )
                    LinnetField(
                        again,
                        strings.safetyPinAgain,
                        Modifier.testTag("again"),
                        error = strings.safetyPinDiffers.takeIf { differs },
                        password = true,
                        secret = true,
                        keyboard = PIN_KEYBOARD,
                        onKeyboardAction = submit,
                    )
                }
            }
        },
        confirmButton = { TextButton(submit, enabled = ready) { Text(strings.safetyPinConfirm) } },
        dismissButton = { TextButton(onClose) { Text(strings.cancel) } },
    )
}

private val PATIENCE = listOf(0L, 60_000L, 300_000L, 900_000L, 3_600_000L)
