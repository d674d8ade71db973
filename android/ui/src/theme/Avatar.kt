package org.linnet.ui.theme

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.colorspace.ColorSpaces
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import java.security.MessageDigest
import kotlin.math.PI
import kotlin.math.cos
import kotlin.math.sin

/**
 * Stands for a person until there is a picture: the initials on a colour that belongs to the address, the same on every
 * device. Purely ornamental: the name stands beside it, so screen readers skip it.
 */
@Composable
fun Avatar(address: String, name: String, modifier: Modifier = Modifier, size: Dp = 48.dp, note: Boolean = false) {
    val dark = LinnetTheme.colors.dark
    val hue = remember(address) { hueOf(address) }
    val ground = if (dark) oklch(0.40, 0.07, hue) else oklch(0.90, 0.055, hue)
    val ink = if (dark) oklch(0.92, 0.05, hue) else oklch(0.40, 0.10, hue)
    Box(
        modifier.size(size).clip(CircleShape).background(ground).clearAndSetSemantics {},
        contentAlignment = Alignment.Center,
    ) {
        if (note) {
            Icon(Icons.Bookmark, contentDescription = null, Modifier.size(size * 0.5f), tint = ink)
        } else {
            // The circle keeps its size with large text, and so must what stands in it.
            val fontSize = with(LocalDensity.current) { (size * 0.4f).toSp() }
            Text(
                initials(name),
                color = ink,
                style = TextStyle(fontSize = fontSize, fontWeight = FontWeight.SemiBold, textAlign = TextAlign.Center),
                maxLines = 1,
            )
        }
    }
}

/** XEP-0392 5.1: the first two bytes of the SHA-1, little-endian, as an angle in degrees. */
fun hueOf(address: String): Double {
    val digest = MessageDigest.getInstance("SHA-1").digest(address.toByteArray())
    val number = (digest[0].toInt() and 0xff) or ((digest[1].toInt() and 0xff) shl 8)
    return number / 65536.0 * 360.0
}

/** The first letters of the first and the last word: "Ada Byron King" is AK. An address counts by its local part. */
fun initials(name: String): String {
    val letters = name.substringBefore('@').split(' ', '.', '_', '-').mapNotNull(::firstLetter)
    return (letters.firstOrNull() ?: return "?") + letters.drop(1).lastOrNull().orEmpty()
}

/** By code points: many scripts lie beyond the 16 bits of a Char. */
private fun firstLetter(word: String): String? {
    val letter = word.codePoints().filter(Character::isLetterOrDigit).findFirst()
    return if (letter.isPresent) String(Character.toChars(Character.toUpperCase(letter.asInt))) else null
}

/** Equal lightness for every hue, so that no contact shouts. */
private fun oklch(lightness: Double, chroma: Double, hue: Double): Color {
    val angle = hue / 180 * PI
    return Color(
        lightness.toFloat(),
        (chroma * cos(angle)).toFloat(),
        (chroma * sin(angle)).toFloat(),
        1f,
        ColorSpaces.Oklab,
    ).convert(ColorSpaces.Srgb)
}
