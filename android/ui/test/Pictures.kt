package org.linnet.ui

import androidx.compose.ui.ImageComposeScene
import androidx.compose.ui.unit.Density
import androidx.compose.ui.use
import org.jetbrains.skia.EncodedImageFormat
import org.linnet.ui.previews.Framed
import org.linnet.ui.previews.Look
import org.linnet.ui.previews.Picture
import org.linnet.ui.previews.looks
import org.linnet.ui.previews.pictures
import org.linnet.ui.theme.desktopFont
import org.linnet.ui.words.stringsFor
import java.io.File
import java.util.Locale

/** Draws every picture in every look into a folder, or only those whose file name has one of the other arguments. */
fun main(arguments: Array<String>) {
    val folder = File(arguments.first())
    val only = arguments.drop(1)
    var drawn = 0
    val started = System.nanoTime()
    for (look in looks) {
        for (picture in pictures) {
            val file = folder.resolve("${picture.name}-${look.name}.png")
            if (only.isNotEmpty() && only.none { it in file.nameWithoutExtension }) continue
            draw(picture, look, file)
            drawn++
        }
    }
    val millis = (System.nanoTime() - started) / 1_000_000
    println("drew $drawn pictures in $millis ms: $folder")
}

internal fun draw(picture: Picture, look: Look, file: File) {
    val locale = if (look.language == "en") Locale.UK else Locale.GERMANY
    val device = Device(stringsFor(locale), locale, fontFamily = desktopFont())
    val scene = ImageComposeScene(WIDTH * SCALE, HEIGHT * SCALE, Density(SCALE.toFloat())) {
        Framed(picture, look, device)
    }
    scene.use {
        // Once to lay out, once for what lists settle afterwards, once at rest.
        var image = scene.render(0)
        for (frame in 1..40L) image = scene.render(frame * 50_000_000)
        file.parentFile.mkdirs()
        file.writeBytes(checkNotNull(image.encodeToData(EncodedImageFormat.PNG)) { "no PNG for $file" }.bytes)
    }
}

private const val WIDTH = 400
private const val HEIGHT = 820
private const val SCALE = 2
