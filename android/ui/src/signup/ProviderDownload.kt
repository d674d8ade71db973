package org.linnet.ui.signup

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.linnet.ui.atMost
import java.io.IOException
import java.net.URI
import java.net.URISyntaxException
import javax.net.ssl.HttpsURLConnection

/** The list of servers at [url], or null: then the one that came with the app is good enough. */
internal suspend fun downloadProviders(url: String): String? = withContext(Dispatchers.IO) {
    try {
        val connection = URI(url).toURL().openConnection() as? HttpsURLConnection ?: return@withContext null
        connection.connectTimeout = TIMEOUT
        connection.readTimeout = TIMEOUT
        // Only where the list was said to be.
        connection.instanceFollowRedirects = false
        try {
            if (connection.responseCode != HttpsURLConnection.HTTP_OK) return@withContext null
            connection.inputStream.use { it.atMost(LARGEST) }?.decodeToString()
        } finally {
            connection.disconnect()
        }
    } catch (_: IOException) {
        null
    } catch (_: URISyntaxException) {
        null
    }
}

private const val TIMEOUT = 10_000

/** The core takes no longer list. */
private const val LARGEST = 2 * 1024 * 1024
