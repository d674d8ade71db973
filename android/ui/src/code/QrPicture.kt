package org.linnet.ui.code

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import org.linnet.core.QrCode
import kotlin.math.floor

/** Black on white in every theme, with the white around it that readers need; modules end at pixels, so nothing blurs. */
@Composable
fun QrPicture(code: QrCode, description: String, modifier: Modifier = Modifier) {
    Canvas(
        modifier.aspectRatio(1f).semantics {
            contentDescription = description
            role = Role.Image
        },
    ) {
        drawRect(Color.White)
        val side = code.side.toInt()
        val module = floor(size.width / (side + 2 * QUIET)).coerceAtLeast(1f)
        val start = floor((size.width - module * side) / 2)
        for (y in 0 until side) {
            var x = 0
            while (x < side) {
                val from = x
                while (x < side && code.modules[y * side + x] == DARK) x++
                if (x > from) {
                    drawRect(
                        Color.Black,
                        Offset(start + from * module, start + y * module),
                        Size((x - from) * module, module),
                    )
                }
                x++
            }
        }
    }
}

private const val QUIET = 4
private const val DARK: Byte = 1
