package org.linnet.app

import android.content.ContentResolver
import android.net.Uri
import org.linnet.ui.atMost
import java.io.IOException

/** What the user has picked, or null if it is too large to be looked at or can't be read. */
internal fun ContentResolver.bytesOf(uri: Uri, most: Int): ByteArray? = try {
    openInputStream(uri)?.use { it.atMost(most) }
} catch (unreadable: IOException) {
    null
}
