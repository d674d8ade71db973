package org.linnet.ui.handover

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.core.Connection
import org.linnet.core.QrCode
import org.linnet.ui.code.CameraState
import org.linnet.ui.code.Looking
import org.linnet.ui.code.QrPicture
import org.linnet.ui.code.ScanState
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.LocalClock
import org.linnet.ui.words.connection
import org.linnet.ui.words.remedy
import org.linnet.ui.words.scanTrouble
import org.linnet.ui.words.strings
import org.linnet.ui.words.trouble

/** What the new phone's screen can ask for. */
interface ArrivalActions {
    fun back()
    fun allowCamera()
    fun openSettings()
    fun pickPicture()

    /** The code was scanned: the camera is on. */
    fun scan()
    fun again()
    fun mend(account: AccountItem)
}

@Composable
fun ArrivalScreen(
    state: ArrivalState,
    scan: ScanState,
    camera: CameraState,
    actions: ArrivalActions,
    modifier: Modifier = Modifier,
    preview: @Composable (Modifier) -> Unit = {},
) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.arrivalTitle, onBack = actions::back)
            val account = state.account
            when {
                account != null -> Scrolling { Arrived(account, actions) }
                state.over -> Scrolling {
                    Said(state.trouble?.let { strings.trouble(it) } ?: strings.arrivalOver)
                    Big(strings.arrivalAgain, "again", onClick = actions::again)
                }
                state.looking -> LookingOn(state, scan, camera, actions, preview)
                else -> Scrolling {
                    Said(strings.arrivalText)
                    Code(state.drawn, strings.arrivalCode)
                    Big(strings.arrivalNext, "next", state.drawn != null, actions::scan)
                }
            }
        }
    }
}

@Composable
private fun ColumnScope.LookingOn(
    state: ArrivalState,
    scan: ScanState,
    camera: CameraState,
    actions: ArrivalActions,
    preview: @Composable (Modifier) -> Unit,
) {
    Column(
        Modifier.weight(1f).padding(horizontal = 20.dp, vertical = 8.dp),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Looking(camera, actions::allowCamera, actions::openSettings, Modifier.weight(1f), preview)
        Spacer(Modifier.size(12.dp))
        val digits = state.digits
        if (digits == null) {
            Said(strings.arrivalScan)
        } else {
            Digits(digits)
            Said(strings.arrivalCompare)
            Quiet(strings.arrivalDiffer)
        }
        Trouble(state.trouble?.let { strings.trouble(it) } ?: scan.trouble?.let { strings.scanTrouble(it) })
        TextButton(
            actions::pickPicture,
            Modifier.heightIn(min = 48.dp).testTag("picture"),
            enabled = !scan.reading,
        ) { Text(strings.scanPicture) }
    }
}

@Composable
private fun Arrived(account: AccountItem, actions: ArrivalActions) {
    Avatar(account.address, account.address, size = 88.dp)
    Text(account.address, style = MaterialTheme.typography.titleLarge, textAlign = TextAlign.Center)
    if (account.connection is Connection.Failed) {
        Trouble(strings.connection(account.connection, LocalClock.current.millis()))
        Big(strings.remedy(account), "mend") { actions.mend(account) }
    } else {
        Said(strings.arrivalArrived)
        CircularProgressIndicator()
    }
}

@Composable
internal fun ColumnScope.Scrolling(content: @Composable ColumnScope.() -> Unit) = Column(
    Modifier.weight(1f).fillMaxWidth().verticalScroll(rememberScrollState())
        .padding(horizontal = 24.dp, vertical = 12.dp),
    verticalArrangement = Arrangement.spacedBy(16.dp),
    horizontalAlignment = Alignment.CenterHorizontally,
    content = content,
)

@Composable
internal fun Code(code: QrCode?, description: String) {
    val size = Modifier.widthIn(max = 360.dp).fillMaxWidth().clip(MaterialTheme.shapes.large)
    if (code == null) Spacer(size) else QrPicture(code, description, size.testTag("code"))
}

/** Read out as they come: they are to be compared. */
@Composable
internal fun Digits(digits: String) = Text(
    digits,
    Modifier.padding(vertical = 4.dp).semantics { liveRegion = LiveRegionMode.Assertive }.testTag("digits"),
    style = MaterialTheme.typography.displaySmall,
    color = MaterialTheme.colorScheme.primary,
)

@Composable
internal fun Said(text: String) =
    Text(text, style = MaterialTheme.typography.bodyLarge, textAlign = TextAlign.Center)

@Composable
internal fun Quiet(text: String) = Text(
    text,
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.onSurfaceVariant,
    textAlign = TextAlign.Center,
)

@Composable
internal fun Trouble(text: String?) = Text(
    text.orEmpty(),
    Modifier.semantics { liveRegion = LiveRegionMode.Polite }.testTag("told"),
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.error,
    textAlign = TextAlign.Center,
)

@Composable
internal fun Big(text: String, tag: String, enabled: Boolean = true, onClick: () -> Unit) = Button(
    onClick,
    Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag(tag),
    enabled = enabled,
    shape = MaterialTheme.shapes.medium,
) { Text(text, style = MaterialTheme.typography.titleMedium) }
