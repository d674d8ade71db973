package org.linnet.ui.theme

import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.produceState
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.ImageBitmap
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/**
 * Pictures of people by the names that items give them, each read and decoded once while it is in use. The core drew
 * them itself, so the device's decoder meets nothing of a stranger's.
 */
class People(
    private val read: suspend (String) -> ByteArray? = { null },
    private val decode: (ByteArray) -> ImageBitmap? = { null },
) {
    private val kept = object : LinkedHashMap<String, ImageBitmap>(16, 0.75f, true) {
        override fun removeEldestEntry(eldest: Map.Entry<String, ImageBitmap>) = size > MOST
    }

    /** If it was looked at lately. */
    fun known(name: String): ImageBitmap? = synchronized(kept) { kept[name] }

    suspend fun picture(name: String): ImageBitmap? = known(name) ?: withContext(Dispatchers.Default) {
        read(name)?.let(decode)?.also { bitmap -> synchronized(kept) { kept[name] = bitmap } }
    }

    private companion object {
        /** A quarter of a megabyte each. */
        const val MOST = 100
    }
}

val LocalPeople = staticCompositionLocalOf { People() }

/** Null while it is being read, and if there is none. */
@Composable
internal fun rememberPicture(name: String?): ImageBitmap? {
    val people = LocalPeople.current
    val bitmap by produceState(name?.let(people::known), name, people) {
        value = name?.let { people.picture(it) }
    }
    return bitmap
}
