package org.linnet.ui.theme

import androidx.compose.foundation.Image
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
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import org.linnet.core.portrait

/**
 * A person's picture, if [picture] names one; else the initials on a colour that belongs to the address, as the core has
 * them, the same on every device. Purely ornamental: the name stands beside it, so screen readers skip it.
 */
@Composable
fun Avatar(
    address: String,
    name: String,
    modifier: Modifier = Modifier,
    size: Dp = 48.dp,
    note: Boolean = false,
    picture: String? = null,
) {
    val bitmap = rememberPicture(picture.takeUnless { note })
    if (bitmap != null) {
        Image(
            bitmap,
            contentDescription = null,
            modifier.size(size).clip(CircleShape).clearAndSetSemantics {},
            contentScale = ContentScale.Crop,
        )
        return
    }
    val portrait = remember(address, name) { portrait(address, name) }
    val dark = LinnetTheme.colors.dark
    val ground = opaque(if (dark) portrait.darkGround else portrait.lightGround)
    val ink = opaque(if (dark) portrait.darkInk else portrait.lightInk)
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
                portrait.initials,
                color = ink,
                style = TextStyle(fontSize = fontSize, fontWeight = FontWeight.SemiBold, textAlign = TextAlign.Center),
                maxLines = 1,
            )
        }
    }
}

/** Of `0xRRGGBB`. */
internal fun opaque(rgb: UInt) = Color(0xff000000 or rgb.toLong())
