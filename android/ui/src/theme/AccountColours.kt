package org.linnet.ui.theme

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountColour

/** The core's values, written out so that a picture needs no core; a test compares them. */
internal val accountColours: Map<AccountColour, Pair<Int, Int>> = mapOf(
    AccountColour.RED to (0xc0392b to 0xf2837a),
    AccountColour.ORANGE to (0xb45900 to 0xf0a35e),
    AccountColour.YELLOW to (0x8a6d00 to 0xe0c04c),
    AccountColour.GREEN to (0x2e7d32 to 0x7cc47f),
    AccountColour.TURQUOISE to (0x00796b to 0x5cc5b6),
    AccountColour.BLUE to (0x1f6fb2 to 0x7cb7ec),
    AccountColour.VIOLET to (0x7b4bb3 to 0xbb9bea),
    AccountColour.PINK to (0xb83280 to 0xee8fc4),
)

@Composable
fun accountColour(colour: AccountColour): Color {
    val (light, dark) = accountColours.getValue(colour)
    return Color(0xff000000.toInt() or if (LinnetTheme.colors.dark) dark else light)
}

/** What tells an account apart at a glance. [description] is read aloud: a colour alone says nothing to many people. */
@Composable
fun AccountDot(
    colour: AccountColour,
    modifier: Modifier = Modifier,
    size: Dp = 12.dp,
    /** Stands out from a picture that it lies on. */
    ringed: Boolean = false,
    description: String? = null,
) {
    val spoken = if (description == null) Modifier else Modifier.semantics { contentDescription = description }
    val ground = MaterialTheme.colorScheme.background
    val ring = if (ringed) Modifier.background(ground, CircleShape).padding(2.dp) else Modifier
    Box(modifier.then(spoken).then(ring).size(size).background(accountColour(colour), CircleShape))
}
