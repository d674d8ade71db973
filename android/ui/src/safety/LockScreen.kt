package org.linnet.ui.safety

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableLongStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.FocusRequester
import androidx.compose.ui.focus.focusRequester
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.drop
import org.linnet.ui.signin.SubmitButton
import org.linnet.ui.theme.LinnetBird
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.words.LocalClock
import org.linnet.ui.words.strings

/** What the lock can ask for. */
interface LockActions {
    fun edited()
    fun unlock()
    fun unlockByDevice()
}

/** Everything else is out of sight and out of reach of a screen reader behind it. */
@Composable
fun LockScreen(state: LockState.Locked, pin: TextFieldState, actions: LockActions, modifier: Modifier = Modifier) {
    val focus = remember { FocusRequester() }
    val seconds = secondsLeft(state.waitUntil)
    val waits = seconds > 0
    LaunchedEffect(pin) {
        snapshotFlow { pin.text.toString() }.drop(1).collect { if (it.isNotEmpty()) actions.edited() }
    }
    LaunchedEffect(state.biometrics) { if (state.biometrics) actions.unlockByDevice() else focus.requestFocus() }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Box(Modifier.safeDrawingPadding().imePadding(), contentAlignment = Alignment.Center) {
            Column(
                Modifier.verticalScroll(rememberScrollState()).widthIn(max = 360.dp).padding(28.dp),
                verticalArrangement = Arrangement.spacedBy(16.dp),
                horizontalAlignment = Alignment.CenterHorizontally,
            ) {
                LinnetBird(Modifier.size(88.dp))
                Text(
                    strings.lockTitle,
                    Modifier.semantics { heading() },
                    style = MaterialTheme.typography.titleLarge,
                    textAlign = TextAlign.Center,
                )
                LinnetField(
                    pin,
                    strings.lockPin,
                    Modifier.focusRequester(focus).testTag("pin"),
                    enabled = !state.working && !waits,
                    password = true,
                    secret = true,
                    keyboard = PIN_KEYBOARD,
                    onKeyboardAction = actions::unlock,
                )
                val trouble = when {
                    waits -> strings.lockWait(seconds, seconds)
                    state.wrong -> strings.lockWrong
                    else -> ""
                }
                Text(
                    trouble,
                    Modifier.heightIn(min = 24.dp).semantics { liveRegion = LiveRegionMode.Polite },
                    color = MaterialTheme.colorScheme.error,
                    style = MaterialTheme.typography.bodyMedium,
                    textAlign = TextAlign.Center,
                )
                SubmitButton(
                    strings.lockOpen,
                    state.working,
                    enabled = !state.working && !waits && pin.text.isNotEmpty(),
                    onClick = actions::unlock,
                )
                if (state.biometrics) {
                    TextButton(actions::unlockByDevice, Modifier.heightIn(min = 48.dp)) { Text(strings.lockByDevice) }
                }
            }
        }
    }
}

/** Numbers first, but a PIN may have letters. */
internal val PIN_KEYBOARD =
    KeyboardOptions(keyboardType = KeyboardType.NumberPassword, imeAction = ImeAction.Done, autoCorrectEnabled = false)

/** Counts down before the user's eyes; the core counts by a clock of its own. */
@Composable
private fun secondsLeft(until: Long?): Int {
    val clock = LocalClock.current
    var now by remember { mutableLongStateOf(clock.millis()) }
    LaunchedEffect(until) {
        now = clock.millis()
        while (until != null && now < until) {
            delay((until - now - 1).mod(1_000L) + 1)
            now = clock.millis()
        }
    }
    return if (until == null) 0 else ((until - now + 999) / 1_000).coerceAtLeast(0).toInt()
}
