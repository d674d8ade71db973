package org.linnet.ui.profile

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.gestures.detectTransformGestures
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Slider
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clipToBounds
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.FilterQuality
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.PathFillType
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.input.pointer.pointerInput
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.IntOffset
import androidx.compose.ui.unit.IntSize
import androidx.compose.ui.unit.dp
import org.linnet.core.PictureSquare
import org.linnet.core.middleSquare
import org.linnet.core.movedSquare
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings
import kotlin.math.roundToInt

/** The part of a picture that others shall see: moved with a finger, made larger with two, or by slider and actions. */
@Composable
fun CropScreen(
    picture: ImageBitmap,
    onUse: (PictureSquare) -> Unit,
    onCancel: () -> Unit,
    modifier: Modifier = Modifier,
) {
    val (width, height) = picture.width.toUInt() to picture.height.toUInt()
    var square by remember(picture) { mutableStateOf(middleSquare(width, height)) }
    fun move(right: Double, down: Double, larger: Double = 1.0): Boolean {
        square = movedSquare(square, width, height, right, down, larger)
        return true
    }
    val moves = listOf(
        CustomAccessibilityAction(strings.profileCropLeft) { move(STEP, 0.0) },
        CustomAccessibilityAction(strings.profileCropRight) { move(-STEP, 0.0) },
        CustomAccessibilityAction(strings.profileCropUp) { move(0.0, STEP) },
        CustomAccessibilityAction(strings.profileCropDown) { move(0.0, -STEP) },
    )
    val description = strings.profileCropTitle
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding(), horizontalAlignment = Alignment.CenterHorizontally) {
            LinnetTopBar(strings.profileCropTitle, onBack = onCancel)
            Box(Modifier.weight(1f).padding(24.dp), contentAlignment = Alignment.Center) {
                Canvas(
                    Modifier.aspectRatio(1f).clipToBounds().testTag("crop")
                        .semantics {
                            contentDescription = description
                            role = Role.Image
                            customActions = moves
                        }
                        .pointerInput(picture) {
                            detectTransformGestures { _, pan, zoom, _ ->
                                move(pan.x.toDouble() / size.width, pan.y.toDouble() / size.height, zoom.toDouble())
                            }
                        },
                ) {
                    draw(picture, square)
                    shade()
                }
            }
            Text(
                strings.profileCropText,
                Modifier.padding(horizontal = 24.dp),
                style = MaterialTheme.typography.bodyMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
                textAlign = TextAlign.Center,
            )
            val zoom = strings.profileCropZoom
            Slider(
                value = (1 / square.side).toFloat(),
                onValueChange = { move(0.0, 0.0, it * square.side) },
                modifier = Modifier.widthIn(max = 480.dp).padding(horizontal = 24.dp)
                    .semantics { contentDescription = zoom }.testTag("zoom"),
                valueRange = 1f..LARGEST,
            )
            Button(
                { onUse(square) },
                Modifier.widthIn(max = 480.dp).fillMaxWidth().padding(horizontal = 24.dp, vertical = 16.dp)
                    .heightIn(min = 52.dp).testTag("use"),
                shape = MaterialTheme.shapes.medium,
            ) { Text(strings.profileCropUse) }
        }
    }
}

private fun DrawScope.draw(picture: ImageBitmap, square: PictureSquare) {
    val shorter = minOf(picture.width, picture.height)
    fun pixels(part: Double) = (part * shorter).roundToInt()
    drawImage(
        picture,
        srcOffset = IntOffset(pixels(square.left), pixels(square.top)),
        srcSize = pixels(square.side).coerceAtLeast(1).let { IntSize(it, it) },
        dstSize = IntSize(size.width.roundToInt(), size.height.roundToInt()),
        filterQuality = FilterQuality.Medium,
    )
}

/** Pictures are shown round: what lies outside of the circle is dimmed. */
private fun DrawScope.shade() {
    val outside = Path().apply {
        fillType = PathFillType.EvenOdd
        addRect(Rect(Offset.Zero, size))
        addOval(Rect(Offset.Zero, size))
    }
    drawPath(outside, Color.Black.copy(alpha = 0.55f))
}

private const val STEP = 0.1
private const val LARGEST = 10f
