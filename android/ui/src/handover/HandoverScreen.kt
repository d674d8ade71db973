package org.linnet.ui.handover

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.flow.drop
import org.linnet.ui.code.CameraState
import org.linnet.ui.code.Looking
import org.linnet.ui.code.ScanState
import org.linnet.ui.safety.PIN_KEYBOARD
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.scanTrouble
import org.linnet.ui.words.strings
import org.linnet.ui.words.trouble

/** What the old phone's screen can ask for. */
interface HandoverActions {
    fun back()
    fun allowCamera()
    fun openSettings()
    fun pickPicture()
    fun goOn()
    fun goOnByDevice()
    fun edited()
    fun compared(same: Boolean)
    fun again()
}

@Composable
fun HandoverScreen(
    state: HandoverState,
    pin: TextFieldState,
    scan: ScanState,
    camera: CameraState,
    actions: HandoverActions,
    /** The device can make sure of its owner. */
    biometrics: Boolean,
    modifier: Modifier = Modifier,
    preview: @Composable (Modifier) -> Unit = {},
) {
    LaunchedEffect(pin) {
        snapshotFlow { pin.text.toString() }.drop(1).collect { if (it.isNotEmpty()) actions.edited() }
    }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding().imePadding()) {
            LinnetTopBar(strings.handoverTitle, onBack = actions::back)
            when (val step = state.step) {
                HandoverStep.Scanning -> Scanning(state, scan, camera, actions, preview)
                is HandoverStep.Asking -> Scrolling { Asking(state, step, pin, actions, biometrics) }
                is HandoverStep.Comparing -> Scrolling {
                    Said(strings.handoverCompare)
                    Code(step.drawn, strings.handoverCode)
                    Digits(step.digits)
                    Big(strings.handoverSame, "same", enabled = !step.working) { actions.compared(true) }
                    OutlinedButton(
                        { actions.compared(false) },
                        Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("differ"),
                        enabled = !step.working,
                        shape = MaterialTheme.shapes.medium,
                    ) { Text(strings.handoverDiffer, style = MaterialTheme.typography.titleMedium) }
                }
                is HandoverStep.Sealed -> Scrolling {
                    Said(strings.handoverSealed)
                    Code(step.drawn, strings.handoverCode)
                    Big(strings.handoverDone, "done", onClick = actions::back)
                }
                is HandoverStep.Stopped -> Scrolling {
                    val trouble = state.trouble?.let { strings.trouble(it) }
                    Said(if (step.differed) strings.handoverDiffered else trouble ?: strings.handoverOver)
                    Big(strings.handoverAgain, "again", onClick = actions::again)
                }
            }
        }
    }
}

@Composable
private fun ColumnScope.Scanning(
    state: HandoverState,
    scan: ScanState,
    camera: CameraState,
    actions: HandoverActions,
    preview: @Composable (Modifier) -> Unit,
) {
    Column(
        Modifier.weight(1f).padding(horizontal = 20.dp, vertical = 8.dp),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Looking(camera, actions::allowCamera, actions::openSettings, Modifier.weight(1f), preview)
        Text(
            strings.handoverScan,
            Modifier.padding(vertical = 12.dp),
            style = MaterialTheme.typography.bodyLarge,
            textAlign = TextAlign.Center,
        )
        Trouble(state.trouble?.let { strings.trouble(it) } ?: scan.trouble?.let { strings.scanTrouble(it) })
        TextButton(
            actions::pickPicture,
            Modifier.heightIn(min = 48.dp).testTag("picture"),
            enabled = !scan.reading,
        ) { Text(strings.scanPicture) }
    }
}

@Composable
private fun Asking(
    state: HandoverState,
    step: HandoverStep.Asking,
    pin: TextFieldState,
    actions: HandoverActions,
    biometrics: Boolean,
) {
    Avatar(state.address, state.address, size = 88.dp)
    Text(
        strings.handoverQuestion(state.address),
        Modifier.semantics { heading() },
        style = MaterialTheme.typography.titleLarge,
        textAlign = TextAlign.Center,
    )
    Said(strings.handoverQuestionText)
    if (step.pin) {
        LinnetField(
            pin,
            strings.lockPin,
            Modifier.widthIn(max = 360.dp).testTag("pin"),
            enabled = !step.working,
            password = true,
            secret = true,
            keyboard = PIN_KEYBOARD,
            onKeyboardAction = actions::goOn,
        )
    }
    Trouble(if (state.refused) strings.handoverOwnerRefused else state.trouble?.let { strings.trouble(it) })
    Big(strings.handoverContinue, "go-on", !step.working && (!step.pin || pin.text.isNotEmpty()), actions::goOn)
    if (step.pin && step.byDevice && biometrics) {
        TextButton(actions::goOnByDevice, Modifier.heightIn(min = 48.dp).testTag("by-device")) {
            Text(strings.handoverByDevice)
        }
    }
    TextButton(actions::back, Modifier.heightIn(min = 48.dp)) { Text(strings.cancel) }
}
