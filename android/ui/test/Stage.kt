package org.linnet.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.LayoutDirection
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.words.LocalClock
import org.linnet.ui.words.stringsFor
import java.util.Locale

val english = Device(stringsFor(Locale.ENGLISH), Locale.UK)
val german = Device(stringsFor(Locale.GERMAN), Locale.GERMANY)

/** Milliseconds that a loaded machine may take for what happens at once; no measure of how fast it should be. */
const val PATIENCE = 60_000L

/** A screen under test, in a world where time stands still. */
@Composable
fun Stage(
    device: Device = english,
    rightToLeft: Boolean = false,
    fontScale: Float = 1f,
    content: @Composable () -> Unit,
) = CompositionLocalProvider(
    LocalClock provides Fixtures.clock,
    LocalLayoutDirection provides if (rightToLeft) LayoutDirection.Rtl else LayoutDirection.Ltr,
    LocalDensity provides Density(LocalDensity.current.density, fontScale),
) {
    Surroundings(device, dark = false, content = content)
}
