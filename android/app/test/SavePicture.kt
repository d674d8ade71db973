package org.linnet.app

import android.graphics.Bitmap
import android.graphics.Canvas
import android.view.View
import java.io.File

/** Draws a view, as Android's own renderer has it, to a PNG in the folder the build names. */
fun savePicture(view: View, name: String) {
    val folder = File(checkNotNull(System.getProperty("linnet.pictures")) { "no folder for pictures" })
    folder.mkdirs()
    val bitmap = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
    view.draw(Canvas(bitmap))
    File(folder, "$name.png").outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
}
