package org.linnet.desktop

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.linnet.ui.backup.Files
import java.awt.FileDialog
import java.awt.Frame
import java.io.File
import java.io.IOException

/** Files by the desktop's own dialog. */
class DesktopFiles(private val scope: CoroutineScope, private val title: String) : Files {
    override fun save(name: String, bytes: ByteArray, done: (Boolean) -> Unit) {
        val place = ask(FileDialog.SAVE) { it.file = name } ?: return
        scope.launch { done(withContext(Dispatchers.IO) { write(place, bytes) }) }
    }

    override fun open(picked: (ByteArray?) -> Unit) {
        val chosen = ask(FileDialog.LOAD) {} ?: return
        scope.launch { picked(withContext(Dispatchers.IO) { bytesOf(chosen) }) }
    }

    private fun ask(mode: Int, prepare: (FileDialog) -> Unit): File? {
        val dialog = FileDialog(null as Frame?, title, mode)
        prepare(dialog)
        dialog.isVisible = true
        return dialog.files.firstOrNull()
    }
}

private fun write(file: File, bytes: ByteArray): Boolean = try {
    file.writeBytes(bytes)
    true
} catch (full: IOException) {
    false
}
