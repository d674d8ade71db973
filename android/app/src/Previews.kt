package org.linnet.app

import androidx.compose.runtime.Composable
import androidx.compose.ui.platform.LocalConfiguration
import androidx.compose.ui.platform.LocalResources
import androidx.compose.ui.tooling.preview.Preview
import androidx.compose.ui.tooling.preview.PreviewParameter
import androidx.compose.ui.tooling.preview.PreviewParameterProvider
import org.linnet.ui.Device
import org.linnet.ui.previews.Framed
import org.linnet.ui.previews.Look
import org.linnet.ui.previews.Picture
import org.linnet.ui.previews.pictures

// The editor's own view of the pictures that the build draws.

class Pictures : PreviewParameterProvider<Picture> {
    override val values = pictures.asSequence()
}

@Preview
@Composable
fun LightPreview(@PreviewParameter(Pictures::class) picture: Picture) = InLook(picture, Look("light"))

@Preview
@Composable
fun DarkPreview(@PreviewParameter(Pictures::class) picture: Picture) = InLook(picture, Look("dark", dark = true))

@Preview(locale = "de")
@Composable
fun GermanPreview(@PreviewParameter(Pictures::class) picture: Picture) = InLook(picture, Look("german"))

@Composable
private fun InLook(picture: Picture, look: Look) {
    val device = Device(ResourceStrings(LocalResources.current), LocalConfiguration.current.locales[0])
    Framed(picture, look, device)
}
