package org.linnet.ui.chat

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.BasicTextField
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldLineLimits
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.material3.FilledIconButton
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.IconButtonDefaults
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.focus.FocusRequester
import androidx.compose.ui.focus.focusRequester
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.input.key.Key
import androidx.compose.ui.input.key.KeyEventType
import androidx.compose.ui.input.key.isAltPressed
import androidx.compose.ui.input.key.isShiftPressed
import androidx.compose.ui.input.key.key
import androidx.compose.ui.input.key.onPreviewKeyEvent
import androidx.compose.ui.input.key.type
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.letterHigh
import org.linnet.ui.words.strings

/**
 * Where messages are written, or with [correcting] one is replaced. With [enterSends] a hardware Enter sends and Shift
 * with it starts a line.
 */
@Composable
fun Composer(
    draft: TextFieldState,
    onSend: () -> Unit,
    enterSends: Boolean,
    correcting: Correction? = null,
    onCancel: () -> Unit = {},
    modifier: Modifier = Modifier,
) {
    Column(modifier) {
        if (correcting != null) CorrectionBar(correcting, onCancel)
        Field(draft, onSend, enterSends, correcting, onCancel)
    }
}

/** Says which message is being replaced, and lets go of it. */
@Composable
private fun CorrectionBar(correction: Correction, onCancel: () -> Unit) {
    HorizontalDivider(thickness = 0.5.dp, color = MaterialTheme.colorScheme.outlineVariant)
    Row(
        Modifier.fillMaxWidth().padding(start = 22.dp, end = 8.dp).testTag("correcting"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Icon(Icons.Compose, null, Modifier.size(20.letterHigh), tint = MaterialTheme.colorScheme.primary)
        Spacer(Modifier.width(14.dp))
        Column(Modifier.weight(1f).padding(vertical = 6.dp).semantics(mergeDescendants = true) {}) {
            Text(
                strings.chatCorrecting,
                style = MaterialTheme.typography.labelLarge,
                color = MaterialTheme.colorScheme.primary,
            )
            Text(
                correction.original.lineSequence().first().take(FIRST_WORDS),
                style = MaterialTheme.typography.bodySmall,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
                maxLines = 1,
                overflow = TextOverflow.Ellipsis,
            )
        }
        IconButton(onCancel, Modifier.testTag("cancel-correction")) {
            Icon(Icons.Close, strings.chatCorrectCancel, Modifier.size(20.dp))
        }
    }
}

@Composable
private fun Field(
    draft: TextFieldState,
    onSend: () -> Unit,
    enterSends: Boolean,
    correcting: Correction?,
    onCancel: () -> Unit,
) {
    val ready by remember(draft) { derivedStateOf { draft.text.isNotBlank() } }
    val focus = remember { FocusRequester() }
    // With a keyboard at hand one begins to type; on a phone the soft one would cover half the chat.
    LaunchedEffect(draft, enterSends, correcting) { if (enterSends || correcting != null) focus.requestFocus() }
    Row(
        Modifier.fillMaxWidth().padding(start = 12.dp, end = 8.dp, top = 4.dp, bottom = 10.dp),
        verticalAlignment = Alignment.Bottom,
    ) {
        val hint = strings.chatMessageHint
        BasicTextField(
            draft,
            Modifier.weight(1f).focusRequester(focus).testTag("draft").semantics { contentDescription = hint }
                .onPreviewKeyEvent { event ->
                    if (correcting != null && event.key == Key.Escape) {
                        if (event.type == KeyEventType.KeyDown) onCancel()
                        return@onPreviewKeyEvent true
                    }
                    val enter = event.key == Key.Enter || event.key == Key.NumPadEnter
                    val sends = enterSends && enter && !event.isShiftPressed && !event.isAltPressed
                    if (sends && event.type == KeyEventType.KeyDown && ready) onSend()
                    sends
                },
            textStyle = MaterialTheme.typography.bodyLarge.copy(color = MaterialTheme.colorScheme.onSurface),
            keyboardOptions = KeyboardOptions(capitalization = KeyboardCapitalization.Sentences),
            lineLimits = TextFieldLineLimits.MultiLine(maxHeightInLines = 6),
            cursorBrush = SolidColor(MaterialTheme.colorScheme.primary),
            decorator = { field ->
                Box(
                    Modifier.clip(RoundedCornerShape(24.dp)).background(MaterialTheme.colorScheme.surfaceContainerHigh)
                        .heightIn(min = 48.dp).padding(horizontal = 18.dp, vertical = 12.dp),
                    contentAlignment = Alignment.CenterStart,
                ) {
                    if (draft.text.isEmpty()) {
                        Text(
                            hint,
                            style = MaterialTheme.typography.bodyLarge,
                            color = MaterialTheme.colorScheme.onSurfaceVariant,
                        )
                    }
                    field()
                }
            },
        )
        Spacer(Modifier.width(6.dp))
        FilledIconButton(
            onSend,
            Modifier.size(48.dp).testTag("send"),
            enabled = ready,
            shape = CircleShape,
            colors = IconButtonDefaults.filledIconButtonColors(
                containerColor = MaterialTheme.colorScheme.primary,
                contentColor = MaterialTheme.colorScheme.onPrimary,
                disabledContainerColor = MaterialTheme.colorScheme.surfaceContainerHigh,
                disabledContentColor = MaterialTheme.colorScheme.onSurfaceVariant.copy(alpha = 0.6f),
            ),
        ) {
            if (correcting == null) Icon(Icons.Send, strings.chatSend, Modifier.size(22.dp))
            else Icon(Icons.Check, strings.chatCorrectSend, Modifier.size(24.dp))
        }
    }
}

/** Characters of a text of which one line is shown. */
private const val FIRST_WORDS = 200
