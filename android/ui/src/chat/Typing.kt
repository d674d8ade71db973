package org.linnet.ui.chat

import androidx.compose.animation.core.LinearEasing
import androidx.compose.animation.core.animateFloat
import androidx.compose.animation.core.infiniteRepeatable
import androidx.compose.animation.core.rememberInfiniteTransition
import androidx.compose.animation.core.tween
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.graphicsLayer
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.linnet.ui.theme.LinnetTheme
import org.linnet.ui.words.strings
import kotlin.math.PI
import kotlin.math.sin

/** The other side is writing: three dots that breathe, and a sentence for who doesn't see them. */
@Composable
internal fun TypingRow(name: String, modifier: Modifier = Modifier) {
    val description = strings.chatTyping(name)
    val phase by rememberInfiniteTransition("typing").animateFloat(
        0f,
        1f,
        infiniteRepeatable(tween(ROUND, easing = LinearEasing)),
        "phase",
    )
    Box(modifier.fillMaxWidth().padding(top = 8.dp)) {
        Row(
            Modifier.clip(RoundedCornerShape(20.dp)).background(LinnetTheme.colors.theirBubble)
                .padding(horizontal = 15.dp, vertical = 15.dp)
                .semantics { contentDescription = description }.testTag("typing-row"),
            horizontalArrangement = Arrangement.spacedBy(5.dp),
        ) {
            for (dot in 0 until DOTS) {
                Box(
                    Modifier.size(7.dp)
                        .graphicsLayer { alpha = 0.35f + 0.65f * breath(phase - dot * 0.16f) }
                        .background(LinnetTheme.colors.theirBubbleFaint, CircleShape),
                )
            }
        }
    }
}

/** Rises and falls in the first half of a round, rests in the second. */
private fun breath(phase: Float): Float {
    val turn = (phase + 1f) % 1f
    return if (turn < 0.5f) sin(turn * 2 * PI).toFloat() else 0f
}

private const val DOTS = 3
private const val ROUND = 1_400
