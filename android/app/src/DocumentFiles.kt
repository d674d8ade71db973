package org.linnet.app

import android.content.ContentResolver
import android.net.Uri
import android.provider.DocumentsContract
import androidx.activity.ComponentActivity
import androidx.activity.result.PickVisualMediaRequest
import androidx.activity.result.contract.ActivityResultContracts
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.linnet.ui.Lost
import org.linnet.ui.backup.Files
import java.io.IOException

/**
 * Files and pictures where the user wants them, by the system's own screens (Storage Access Framework): no permission
 * is needed.
 *
 * While such a screen is open, the Activity below it may be made anew: what waits for the answer is kept here, which
 * outlives it, and never in the Activity. If the whole process was ended, what was to be written is gone: the document
 * that the system made for it is taken away again, and the user is told.
 */
internal class DocumentFiles(private val resolver: ContentResolver, private val scope: CoroutineScope) : Files {
    private class Written(val bytes: ByteArray, val done: (Boolean) -> Unit)

    private var written: Written? = null
    private var picked: ((ByteArray?) -> Unit)? = null
    private var picture: ((ByteArray?) -> Unit)? = null
    private val losses = MutableStateFlow<Lost?>(null)

    /** What nobody waited for any more when its answer came, until it has been told. */
    val lost = losses.asStateFlow()

    private var screens: Screens? = null

    /** For an Activity that is being created: what is answered is expected before the screen is there. */
    fun attach(activity: ComponentActivity): Screens = Screens(activity).also { screens = it }

    /** The Activity goes; another may have come already. */
    fun detach(gone: Screens) {
        if (screens === gone) screens = null
    }

    fun told() {
        losses.value = null
    }

    override fun save(name: String, bytes: ByteArray, done: (Boolean) -> Unit) {
        // The file took a while to make: nobody may be left who could be asked where to.
        val screens = screens ?: return done(false)
        written = Written(bytes, done)
        screens.create.launch(name)
    }

    override fun open(picked: (ByteArray?) -> Unit) {
        this.picked = picked
        screens?.choose?.launch(arrayOf("*/*"))
    }

    fun openPicture(picked: (ByteArray?) -> Unit) {
        picture = picked
        screens?.pick?.launch(PickVisualMediaRequest(ActivityResultContracts.PickVisualMedia.ImageOnly))
    }

    private fun created(uri: Uri?) {
        val waiting = written
        written = null
        if (uri == null) return
        scope.launch {
            if (waiting == null) {
                withContext(Dispatchers.IO) { resolver.deleteIfEmpty(uri) }
                losses.value = Lost.SAVED
            } else {
                waiting.done(withContext(Dispatchers.IO) { resolver.write(uri, waiting.bytes) })
            }
        }
    }

    private fun chosen(uri: Uri?) {
        val waiting = picked
        picked = null
        read(uri, waiting, MOST)
    }

    private fun shown(uri: Uri?) {
        val waiting = picture
        picture = null
        read(uri, waiting, PICTURE)
    }

    private fun read(uri: Uri?, waiting: ((ByteArray?) -> Unit)?, most: Int) {
        when {
            uri == null -> Unit
            waiting == null -> losses.value = Lost.CHOSEN
            else -> scope.launch { waiting(withContext(Dispatchers.IO) { resolver.bytesOf(uri, most) }) }
        }
    }

    /** The system's screens, as one Activity opens them. */
    inner class Screens(activity: ComponentActivity) {
        val create = activity.registerForActivityResult(ActivityResultContracts.CreateDocument(KIND), ::created)
        val choose = activity.registerForActivityResult(ActivityResultContracts.OpenDocument(), ::chosen)
        val pick = activity.registerForActivityResult(ActivityResultContracts.PickVisualMedia(), ::shown)
    }

    private companion object {
        const val KIND = "application/octet-stream"

        /** What the core looks at, at most. */
        const val MOST = 16 shl 20
        const val PICTURE = 32 shl 20
    }
}

private fun ContentResolver.write(uri: Uri, bytes: ByteArray): Boolean = try {
    openOutputStream(uri, "wt")?.use { it.write(bytes) } != null
} catch (full: IOException) {
    false
}

/** Only a document that was made for what is lost: an older file that was to be replaced stays what it is. */
private fun ContentResolver.deleteIfEmpty(uri: Uri) {
    try {
        if (openInputStream(uri)?.use { it.read() } == -1) DocumentsContract.deleteDocument(this, uri)
    } catch (gone: IOException) {
        // It is not there, or not to be read: nothing to take away.
    } catch (refused: SecurityException) {
        // Whoever keeps it lets nobody delete.
    } catch (unknown: UnsupportedOperationException) {
        // Nor does this one know how.
    }
}
