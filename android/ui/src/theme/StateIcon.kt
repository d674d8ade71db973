package org.linnet.ui.theme

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.Icon
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import org.linnet.core.MessageState

/**
 * How far an own message has come: clock, one tick, two, two on a filled ground. Shapes tell them apart, for no colour
 * is seen by everyone. [ground] is what it stands on, [size] the height in letters.
 */
@Composable
fun StateIcon(state: MessageState, color: Color, ground: Color, size: Int = 13, description: String? = null) {
    val high = size.letterHigh
    when (state) {
        MessageState.Received -> Unit
        MessageState.Sending -> Icon(Icons.Clock, description, Modifier.height(high).width(high), tint = color)
        MessageState.Sent -> Icon(Icons.Check, description, Modifier.height(high).width(high), tint = color)
        MessageState.Delivered ->
            Icon(Icons.Checks, description, Modifier.height(high).width(high * WIDER), tint = color)
        MessageState.Read -> Box(Modifier.clip(CircleShape).background(color).padding(horizontal = high * 0.28f)) {
            Icon(Icons.Checks, description, Modifier.height(high).width(high * WIDER), tint = ground)
        }
        is MessageState.Failed -> Icon(Icons.Alert, description, Modifier.height(high).width(high), tint = color)
    }
}

/** Two ticks beside each other need more room than one. */
private const val WIDER = 1.25f
