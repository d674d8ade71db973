package org.linnet.desktop

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.awt.FileDialog
import java.awt.Frame
import java.io.File
import java.io.IOException

/** Lets the user choose a picture; [picked] gets its bytes, or null if it is too large or can't be read. */
fun pickPicture(scope: CoroutineScope, title: String, picked: (ByteArray?) -> Unit) {
    val dialog = FileDialog(null as Frame?, title, FileDialog.LOAD)
    dialog.isVisible = true
    val chosen = dialog.files.firstOrNull() ?: return
    scope.launch { picked(withContext(Dispatchers.IO) { bytesOf(chosen) }) }
}

internal fun bytesOf(file: File): ByteArray? = try {
    file.takeIf { it.length() <= MOST }?.readBytes()
} catch (unreadable: IOException) {
    null
}

/** What the core looks at, at most. */
private const val MOST = 32L shl 20
