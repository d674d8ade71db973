package org.linnet.ui.code

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.Icon
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
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.flow.drop
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.invitationTrouble
import org.linnet.ui.words.scanTrouble
import org.linnet.ui.words.strings

/** What the scanning screen can ask for. */
interface ScanActions {
    fun back()
    fun allowCamera()
    fun openSettings()
    fun pickPicture()
    fun showCode()

    /** The link that was typed or pasted is wanted. */
    fun follow()
    fun edited()
}

/** What there is of a camera. */
enum class CameraState { NONE, UNASKED, REFUSED, ON }

@Composable
fun ScanScreen(
    state: ScanState,
    camera: CameraState,
    actions: ScanActions,
    modifier: Modifier = Modifier,
    /** One's own code can be shown: somebody is signed in. */
    hasCode: Boolean = true,
    /** An invitation is looked for, which may also be a link: where that is put. */
    link: TextFieldState? = null,
    preview: @Composable (Modifier) -> Unit = {},
) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        if (link != null) return@Surface Invitation(state, camera, link, actions, preview)
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.scanTitle, onBack = actions::back)
            Column(
                Modifier.weight(1f).padding(horizontal = 20.dp, vertical = 8.dp),
                horizontalAlignment = Alignment.CenterHorizontally,
            ) {
                Looking(camera, actions::allowCamera, actions::openSettings, Modifier.weight(1f), preview)
                val trouble = state.trouble?.let { strings.scanTrouble(it) }
                Told(trouble, strings.scanText.takeIf { camera == CameraState.ON })
                FromPicture(!state.reading, actions::pickPicture)
                if (hasCode) {
                    TextButton(actions::showCode, Modifier.heightIn(min = 48.dp).testTag("my-code")) {
                        Text(strings.codeTitle)
                    }
                }
            }
        }
    }
}

/** What the camera sees, or why it sees nothing. */
@Composable
internal fun Looking(
    camera: CameraState,
    onAllow: () -> Unit,
    onSettings: () -> Unit,
    modifier: Modifier = Modifier,
    preview: @Composable (Modifier) -> Unit,
) {
    Box(
        modifier.fillMaxWidth().clip(MaterialTheme.shapes.large).background(MaterialTheme.colorScheme.surfaceVariant),
        contentAlignment = Alignment.Center,
    ) {
        if (camera == CameraState.ON) Finder(preview) else Instead(camera, onAllow, onSettings)
    }
}

@Composable
private fun Finder(preview: @Composable (Modifier) -> Unit) {
    preview(Modifier.fillMaxSize())
    Box(Modifier.size(232.dp).border(3.dp, Color.White, MaterialTheme.shapes.large))
}

/** Without a camera: why, and what to do about it. */
@Composable
private fun Instead(camera: CameraState, onAllow: () -> Unit, onSettings: () -> Unit) {
    Column(Modifier.padding(28.dp), horizontalAlignment = Alignment.CenterHorizontally) {
        Icon(Icons.Scan, null, Modifier.size(56.dp), tint = MaterialTheme.colorScheme.onSurfaceVariant)
        Spacer(Modifier.size(16.dp))
        Text(
            when (camera) {
                CameraState.UNASKED -> strings.scanAsk
                CameraState.REFUSED -> strings.scanRefused
                CameraState.NONE, CameraState.ON -> strings.scanNoCamera
            },
            style = MaterialTheme.typography.bodyLarge,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            textAlign = TextAlign.Center,
        )
        Spacer(Modifier.size(16.dp))
        when (camera) {
            CameraState.UNASKED -> Button(
                onAllow,
                Modifier.heightIn(min = 48.dp).testTag("allow-camera"),
                shape = MaterialTheme.shapes.medium,
            ) { Text(strings.scanAllow) }
            CameraState.REFUSED -> TextButton(onSettings, Modifier.heightIn(min = 48.dp)) {
                Text(strings.notificationsSettings)
            }
            CameraState.NONE, CameraState.ON -> Unit
        }
    }
}

@Composable
private fun FromPicture(enabled: Boolean, onPick: () -> Unit) = OutlinedButton(
    onPick,
    Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("picture"),
    enabled = enabled,
    shape = MaterialTheme.shapes.medium,
) { Text(strings.scanPicture, style = MaterialTheme.typography.titleMedium) }

/** For someone who has no account yet, in every way that an invitation comes. */
@Composable
private fun Invitation(
    state: ScanState,
    camera: CameraState,
    link: TextFieldState,
    actions: ScanActions,
    preview: @Composable (Modifier) -> Unit,
) {
    LaunchedEffect(link) { snapshotFlow { link.text.toString() }.drop(1).collect { actions.edited() } }
    Column(Modifier.safeDrawingPadding().imePadding()) {
        LinnetTopBar(strings.invitedTitle, onBack = actions::back)
        Column(
            Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(horizontal = 20.dp, vertical = 8.dp),
            horizontalAlignment = Alignment.CenterHorizontally,
        ) {
            val size = if (camera == CameraState.ON) Modifier.height(FINDER) else Modifier.heightIn(min = FINDER)
            Looking(camera, actions::allowCamera, actions::openSettings, size, preview)
            Told(state.trouble?.let { strings.invitationTrouble(it) }, strings.invitedText)
            FromPicture(!state.reading, actions::pickPicture)
            LinnetField(
                link,
                strings.invitedLink,
                Modifier.padding(top = 12.dp).testTag("link"),
                keyboard = KeyboardOptions(
                    keyboardType = KeyboardType.Uri,
                    imeAction = ImeAction.Go,
                    autoCorrectEnabled = false,
                ),
                onKeyboardAction = actions::follow,
            )
            Button(
                actions::follow,
                Modifier.padding(top = 12.dp).fillMaxWidth().heightIn(min = 52.dp).testTag("follow"),
                enabled = link.text.isNotBlank(),
                shape = MaterialTheme.shapes.medium,
            ) { Text(strings.invitedFollow, style = MaterialTheme.typography.titleMedium) }
        }
    }
}

@Composable
private fun ColumnScope.Told(trouble: String?, lead: String?) {
    Text(
        trouble ?: lead.orEmpty(),
        Modifier.heightIn(min = 64.dp).padding(vertical = 12.dp).align(Alignment.CenterHorizontally)
            .semantics { liveRegion = LiveRegionMode.Polite }.testTag("told"),
        style = MaterialTheme.typography.bodyLarge,
        color = if (trouble == null) MaterialTheme.colorScheme.onSurfaceVariant else MaterialTheme.colorScheme.error,
        textAlign = TextAlign.Center,
    )
}

private val FINDER = 280.dp
