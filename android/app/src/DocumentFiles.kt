package org.linnet.app

import android.content.ContentResolver
import android.net.Uri
import androidx.activity.ComponentActivity
import androidx.activity.result.contract.ActivityResultContracts
import androidx.lifecycle.lifecycleScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.linnet.ui.backup.Files
import java.io.IOException

/** Files where the user wants them, by the system's own screens (Storage Access Framework): no permission is needed. */
internal class DocumentFiles(private val activity: ComponentActivity) : Files {
    private var written: Pair<ByteArray, (Boolean) -> Unit>? = null
    private var picked: ((ByteArray?) -> Unit)? = null

    private val create = activity.registerForActivityResult(ActivityResultContracts.CreateDocument(KIND)) { uri ->
        val (bytes, done) = written ?: return@registerForActivityResult
        written = null
        if (uri == null) return@registerForActivityResult
        activity.lifecycleScope.launch {
            done(withContext(Dispatchers.IO) { activity.contentResolver.write(uri, bytes) })
        }
    }
    private val choose = activity.registerForActivityResult(ActivityResultContracts.OpenDocument()) { uri ->
        val picked = picked ?: return@registerForActivityResult
        this.picked = null
        if (uri == null) return@registerForActivityResult
        activity.lifecycleScope.launch {
            picked(withContext(Dispatchers.IO) { activity.contentResolver.bytesOf(uri, MOST) })
        }
    }

    override fun save(name: String, bytes: ByteArray, done: (Boolean) -> Unit) {
        written = bytes to done
        create.launch(name)
    }

    override fun open(picked: (ByteArray?) -> Unit) {
        this.picked = picked
        choose.launch(arrayOf("*/*"))
    }

    private companion object {
        const val KIND = "application/octet-stream"

        /** What the core looks at, at most. */
        const val MOST = 16 shl 20
    }
}

private fun ContentResolver.write(uri: Uri, bytes: ByteArray): Boolean = try {
    openOutputStream(uri, "wt")?.use { it.write(bytes) } != null
} catch (full: IOException) {
    false
}
