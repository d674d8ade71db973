package org.linnet.ui.theme

import androidx.compose.ui.text.ExperimentalTextApi
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.platform.SystemFont
import java.awt.GraphicsEnvironment

/** The first of some good typefaces that this machine has; its own default otherwise. */
@OptIn(ExperimentalTextApi::class)
fun desktopFont(): FontFamily {
    val installed = GraphicsEnvironment.getLocalGraphicsEnvironment().availableFontFamilyNames.toSet()
    val name = listOf("Inter", "Roboto", "Noto Sans", "Open Sans", "Cantarell").firstOrNull { it in installed }
        ?: return FontFamily.Default
    return FontFamily(WEIGHTS.map { SystemFont(name, weight = it) })
}

private val WEIGHTS = listOf(FontWeight.Normal, FontWeight.Medium, FontWeight.SemiBold, FontWeight.Bold)
