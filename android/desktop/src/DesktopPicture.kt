package org.linnet.desktop

import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.toComposeImageBitmap
import org.jetbrains.skia.Image

/** A stranger's file may be anything; Skia says so by an exception. */
fun decodePicture(file: ByteArray): ImageBitmap? = try {
    Image.makeFromEncoded(file).toComposeImageBitmap()
} catch (_: IllegalArgumentException) {
    null
}
