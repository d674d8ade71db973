package org.linnet.ui.theme

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.ColorScheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Shapes
import androidx.compose.material3.Typography
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.LineHeightStyle
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp

/** Colours that Material has no name for. */
@Immutable
data class LinnetColors(
    val ownBubble: Color,
    val onOwnBubble: Color,
    val ownBubbleFaint: Color,
    val theirBubble: Color,
    val onTheirBubble: Color,
    val theirBubbleFaint: Color,
    val chatBackground: Color,
    /** Unread badges and the mark of new messages: the red of a linnet's breast. */
    val accent: Color,
    val onAccent: Color,
    val banner: Color,
    val onBanner: Color,
    val dark: Boolean,
)

private val LocalLinnetColors = staticCompositionLocalOf { lightLinnetColors }

/** Linnet's own tokens, beside [MaterialTheme]'s. */
object LinnetTheme {
    val colors: LinnetColors
        @Composable @ReadOnlyComposable
        get() = LocalLinnetColors.current
}

/**
 * The look of the whole app. [fontFamily] is the system's own on phones; a desktop names one, since its default is
 * whatever happens to be installed.
 */
@Composable
fun LinnetTheme(
    dark: Boolean = isSystemInDarkTheme(),
    fontFamily: FontFamily = FontFamily.Default,
    content: @Composable () -> Unit,
) {
    CompositionLocalProvider(LocalLinnetColors provides if (dark) darkLinnetColors else lightLinnetColors) {
        MaterialTheme(
            colorScheme = if (dark) darkScheme else lightScheme,
            typography = linnetTypography(fontFamily),
            shapes = linnetShapes,
            content = content,
        )
    }
}

internal val lightLinnetColors = LinnetColors(
    ownBubble = Color(0xFF2C6A7C),
    onOwnBubble = Color(0xFFFFFFFF),
    ownBubbleFaint = Color(0xFFD6E8ED),
    theirBubble = Color(0xFFEDEAE6),
    onTheirBubble = Color(0xFF1C1B1A),
    theirBubbleFaint = Color(0xFF615C57),
    chatBackground = Color(0xFFFDFCFA),
    accent = Color(0xFFB23A4E),
    onAccent = Color(0xFFFFFFFF),
    banner = Color(0xFFF3EEE6),
    onBanner = Color(0xFF4A443C),
    dark = false,
)

internal val darkLinnetColors = LinnetColors(
    ownBubble = Color(0xFF28586A),
    onOwnBubble = Color(0xFFF3FAFC),
    ownBubbleFaint = Color(0xFFBAD6DF),
    theirBubble = Color(0xFF282A2D),
    onTheirBubble = Color(0xFFECEAE7),
    theirBubbleFaint = Color(0xFFA9A49E),
    chatBackground = Color(0xFF121315),
    accent = Color(0xFFF0889A),
    onAccent = Color(0xFF3F0813),
    banner = Color(0xFF242321),
    onBanner = Color(0xFFD8D2C9),
    dark = true,
)

internal val lightScheme = ColorScheme(
    primary = Color(0xFF2C6A7C),
    onPrimary = Color(0xFFFFFFFF),
    primaryContainer = Color(0xFFCFE6ED),
    onPrimaryContainer = Color(0xFF0B3340),
    inversePrimary = Color(0xFF8CCBDD),
    secondary = Color(0xFF5A6468),
    onSecondary = Color(0xFFFFFFFF),
    secondaryContainer = Color(0xFFE4EBED),
    onSecondaryContainer = Color(0xFF20292C),
    tertiary = Color(0xFFB23A4E),
    onTertiary = Color(0xFFFFFFFF),
    tertiaryContainer = Color(0xFFFBE3E6),
    onTertiaryContainer = Color(0xFF5A1522),
    background = Color(0xFFFDFCFA),
    onBackground = Color(0xFF1C1B1A),
    surface = Color(0xFFFDFCFA),
    onSurface = Color(0xFF1C1B1A),
    surfaceVariant = Color(0xFFEDEAE6),
    onSurfaceVariant = Color(0xFF615C57),
    surfaceTint = Color(0xFF2C6A7C),
    inverseSurface = Color(0xFF32302E),
    inverseOnSurface = Color(0xFFF6F3EF),
    error = Color(0xFFB3261E),
    onError = Color(0xFFFFFFFF),
    errorContainer = Color(0xFFFAE1DE),
    onErrorContainer = Color(0xFF5F1410),
    outline = Color(0xFF8A847D),
    outlineVariant = Color(0xFFDCD7D0),
    scrim = Color(0xFF000000),
    surfaceBright = Color(0xFFFFFFFF),
    surfaceDim = Color(0xFFE3DFDA),
    surfaceContainer = Color(0xFFF6F3EF),
    surfaceContainerHigh = Color(0xFFF2EEE9),
    surfaceContainerHighest = Color(0xFFEDEAE6),
    surfaceContainerLow = Color(0xFFF9F7F4),
    surfaceContainerLowest = Color(0xFFFFFFFF),
    primaryFixed = Color(0xFFCFE6ED),
    primaryFixedDim = Color(0xFF8CCBDD),
    onPrimaryFixed = Color(0xFF0B3340),
    onPrimaryFixedVariant = Color(0xFF1F5363),
    secondaryFixed = Color(0xFFE4EBED),
    secondaryFixedDim = Color(0xFFC4CED2),
    onSecondaryFixed = Color(0xFF20292C),
    onSecondaryFixedVariant = Color(0xFF434C50),
    tertiaryFixed = Color(0xFFFBE3E6),
    tertiaryFixedDim = Color(0xFFF0B4BE),
    onTertiaryFixed = Color(0xFF5A1522),
    onTertiaryFixedVariant = Color(0xFF8A2A3B),
)

internal val darkScheme = ColorScheme(
    primary = Color(0xFF8CCBDD),
    onPrimary = Color(0xFF06303C),
    primaryContainer = Color(0xFF23505F),
    onPrimaryContainer = Color(0xFFD3EAF1),
    inversePrimary = Color(0xFF2C6A7C),
    secondary = Color(0xFFC0C9CC),
    onSecondary = Color(0xFF2A3235),
    secondaryContainer = Color(0xFF31383B),
    onSecondaryContainer = Color(0xFFDFE6E8),
    tertiary = Color(0xFFF0889A),
    onTertiary = Color(0xFF3F0813),
    tertiaryContainer = Color(0xFF4B222A),
    onTertiaryContainer = Color(0xFFFBDCE1),
    background = Color(0xFF121315),
    onBackground = Color(0xFFECEAE7),
    surface = Color(0xFF121315),
    onSurface = Color(0xFFECEAE7),
    surfaceVariant = Color(0xFF282A2D),
    onSurfaceVariant = Color(0xFFA9A49E),
    surfaceTint = Color(0xFF8CCBDD),
    inverseSurface = Color(0xFFE6E3DF),
    inverseOnSurface = Color(0xFF2E2D2B),
    error = Color(0xFFF2B8B5),
    onError = Color(0xFF601410),
    errorContainer = Color(0xFF54201D),
    onErrorContainer = Color(0xFFF9DEDC),
    outline = Color(0xFF8D8882),
    outlineVariant = Color(0xFF3A3B3D),
    scrim = Color(0xFF000000),
    surfaceBright = Color(0xFF36383B),
    surfaceDim = Color(0xFF121315),
    surfaceContainer = Color(0xFF1B1D1F),
    surfaceContainerHigh = Color(0xFF222427),
    surfaceContainerHighest = Color(0xFF2A2C2F),
    surfaceContainerLow = Color(0xFF17191B),
    surfaceContainerLowest = Color(0xFF0D0E10),
    primaryFixed = Color(0xFFCFE6ED),
    primaryFixedDim = Color(0xFF8CCBDD),
    onPrimaryFixed = Color(0xFF0B3340),
    onPrimaryFixedVariant = Color(0xFF1F5363),
    secondaryFixed = Color(0xFFE4EBED),
    secondaryFixedDim = Color(0xFFC4CED2),
    onSecondaryFixed = Color(0xFF20292C),
    onSecondaryFixedVariant = Color(0xFF434C50),
    tertiaryFixed = Color(0xFFFBE3E6),
    tertiaryFixedDim = Color(0xFFF0B4BE),
    onTertiaryFixed = Color(0xFF5A1522),
    onTertiaryFixedVariant = Color(0xFF8A2A3B),
)

private val linnetShapes = Shapes(
    extraSmall = RoundedCornerShape(8.dp),
    small = RoundedCornerShape(12.dp),
    medium = RoundedCornerShape(16.dp),
    large = RoundedCornerShape(20.dp),
    extraLarge = RoundedCornerShape(28.dp),
)

/** People write in any script, whatever the app's language: each text finds its own direction. */
private fun style(
    family: FontFamily,
    size: Double,
    line: Double,
    weight: FontWeight,
    spacing: Double = 0.0,
) = TextStyle(
    fontFamily = family,
    fontSize = size.sp,
    lineHeight = line.sp,
    fontWeight = weight,
    letterSpacing = spacing.sp,
    textDirection = TextDirection.Content,
    lineHeightStyle = LineHeightStyle(LineHeightStyle.Alignment.Center, LineHeightStyle.Trim.None),
)

private fun linnetTypography(family: FontFamily): Typography {
    val normal = FontWeight.Normal
    val medium = FontWeight.Medium
    val semibold = FontWeight.SemiBold
    return Typography(
        displaySmall = style(family, 32.0, 40.0, semibold, -0.4),
        headlineLarge = style(family, 28.0, 36.0, semibold, -0.3),
        headlineMedium = style(family, 26.0, 34.0, semibold, -0.2),
        headlineSmall = style(family, 22.0, 28.0, semibold),
        titleLarge = style(family, 20.0, 26.0, semibold),
        titleMedium = style(family, 16.0, 22.0, semibold),
        titleSmall = style(family, 14.0, 20.0, semibold),
        bodyLarge = style(family, 16.0, 22.0, normal),
        bodyMedium = style(family, 14.0, 20.0, normal),
        bodySmall = style(family, 12.5, 17.0, normal),
        labelLarge = style(family, 14.0, 20.0, medium),
        labelMedium = style(family, 12.0, 16.0, medium),
        labelSmall = style(family, 11.0, 14.0, medium),
    )
}
