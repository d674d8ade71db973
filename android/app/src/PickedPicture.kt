package org.linnet.app

import android.content.ContentResolver
import android.net.Uri
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream

/** A picture the user has picked, or null if it is too large to be looked at or can't be read. */
internal fun ContentResolver.bytesOf(uri: Uri, most: Int = MOST): ByteArray? = try {
    openInputStream(uri)?.use { it.atMost(most) }
} catch (unreadable: IOException) {
    null
}

/** Everything there is, or null if it is more: what another app hands over has no size to believe. */
internal fun InputStream.atMost(bytes: Int): ByteArray? {
    val all = ByteArrayOutputStream()
    val part = ByteArray(64 shl 10)
    while (true) {
        val read = read(part)
        if (read < 0) return all.toByteArray()
        if (all.size() + read > bytes) return null
        all.write(part, 0, read)
    }
}

/** What the core looks at, at most. */
private const val MOST = 32 shl 20
