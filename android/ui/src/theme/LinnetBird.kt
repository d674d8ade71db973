package org.linnet.ui.theme

import androidx.compose.foundation.Image
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.graphics.drawscope.scale
import androidx.compose.ui.graphics.painter.Painter
import androidx.compose.ui.graphics.vector.PathParser

/** The bird the app is named after: grey head, chestnut back, red breast and forehead. Drawn on a field of 96 by 96. */
object LinnetBirdPainter : Painter() {
    override val intrinsicSize = Size(96f, 96f)

    override fun DrawScope.onDraw() = scale(size.minDimension / 96f, pivot = Offset.Zero) { bird() }
}

@Composable
fun LinnetBird(modifier: Modifier = Modifier) = Image(LinnetBirdPainter, contentDescription = null, modifier)

private fun DrawScope.bird() {
    drawPath(tail, chestnutDark)
    drawPath(legs, twig, style = Stroke(2.4f, cap = StrokeCap.Round))
    drawPath(body, cream)
    drawPath(breast, red)
    drawPath(head, grey)
    drawPath(forehead, red)
    drawPath(wing, chestnut)
    drawPath(feathers, chestnutDark, style = Stroke(2.2f, cap = StrokeCap.Round))
    drawPath(beak, horn)
    drawCircle(ink, 2.6f, Offset(66.5f, 29.5f))
    drawCircle(Color.White, 0.8f, Offset(67.4f, 28.6f))
    drawPath(branch, twig, style = Stroke(4f, cap = StrokeCap.Round))
}

private fun path(data: String): Path = PathParser().parsePathString(data).toPath()

private val tail = path("M30,58 L4,74 C3,76 4,78 6,78 L15,76 L13,81 C14,83 16,83 18,82 L42,66 Z")
private val body = path(
    "M62,16 C76,16 84,26 83,39 C82,56 70,74 48,76 C33,77 24,69 27,57 C30,44 44,38 48,30 C51,22 55,16 62,16 Z",
)
private val breast = path("M83,38 C82,53 73,67 58,73 C54,66 56,55 64,47 C70,42 76,39 83,38 Z")
private val head = path(
    "M62,16 C76,16 84,26 83,38 C75,41 66,41 60,44 C54,47 48,44 47,38 C46,34 48,31 48.6,28.6 C51.5,21 55.5,16 62,16 Z",
)
private val forehead = path("M64,16.1 C72,16.8 78.5,20.8 81.4,27 C76,27.4 71,24.6 68,20.6 C66.8,19 65.4,17.4 64,16.1 Z")
private val wing = path("M47,38 C57,44 60,54 54,62 C47,70 32,68 18,74 C22,58 32,43 47,38 Z")
private val feathers = path("M45,47 C46,54 40,60 31,63 M50,54 C48,60 42,64 35,65.5")
private val beak = path("M81.6,27.4 L93,33.4 L82.6,36.6 C83.2,33.4 82.8,30.2 81.6,27.4 Z")
private val legs = path("M50,75 L48,86 M58,73 L58,86")
private val branch = path("M26,88 C44,86 62,86 82,88")

private val red = Color(0xFFC2475B)
private val grey = Color(0xFF9AA5A9)
private val cream = Color(0xFFEBDCC8)
private val chestnut = Color(0xFF9A6242)
private val chestnutDark = Color(0xFF6F432C)
private val horn = Color(0xFF59534E)
private val twig = Color(0xFF8A7563)
private val ink = Color(0xFF211E1C)
