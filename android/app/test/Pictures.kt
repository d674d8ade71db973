package org.linnet.app

import androidx.compose.runtime.key
import androidx.compose.ui.platform.LocalResources
import androidx.compose.ui.test.junit4.v2.createAndroidComposeRule
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.linnet.ui.Device
import org.linnet.ui.previews.Framed
import org.linnet.ui.previews.Look
import org.linnet.ui.previews.looks
import org.linnet.ui.previews.pictures
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import java.util.Locale

/** The pictures again, drawn by Android's own renderer with Android's fonts. Run by `build pictures` only. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [35], application = TestApplication::class, qualifiers = "w411dp-h891dp-hdpi")
class Pictures {
    @get:Rule
    val rule = createAndroidComposeRule<MainActivity>()

    private var shown by mutableStateOf(pictures.first() to looks.first())

    @Test
    fun everyScreenInEveryLook() = draw(looks.filter { it.language == "en" })

    @Test
    @Config(qualifiers = "+de-rDE")
    fun everyScreenInGerman() = draw(looks.filter { it.language == "de" })

    private fun draw(wanted: List<Look>) {
        rule.runOnUiThread {
            rule.activity.setContent {
                key(shown) {
                    val device = Device(ResourceStrings(LocalResources.current), Locale.getDefault(), hour24 = true)
                    Framed(shown.first, shown.second, device)
                }
            }
        }
        for (look in wanted) for (picture in pictures) {
            shown = picture to look
            rule.waitForIdle()
            rule.runOnUiThread { savePicture(rule.activity.window.decorView, "${picture.name}-${look.name}") }
        }
    }
}
