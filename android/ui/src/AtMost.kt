package org.linnet.ui

import java.io.ByteArrayOutputStream
import java.io.InputStream

/** Everything there is, or null if it is more: what others hand over has no size to believe. */
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
