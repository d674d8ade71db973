package org.linnet.desktop

import org.linnet.core.LogLevel
import org.linnet.core.Platform
import org.linnet.ui.Memory
import java.io.File
import java.io.IOException
import java.nio.file.Files
import java.nio.file.attribute.PosixFilePermissions
import java.security.SecureRandom
import java.util.Properties

/**
 * A developer's machine: the key lies beside the database, readable by this user alone. That keeps the file format the
 * phone's, not the secret.
 */
class DesktopPlatform(private val folder: File) : Platform {
    override fun databaseKey(): ByteArray {
        val file = folder.resolve("linnet.key")
        if (file.exists()) return file.readBytes()
        val key = ByteArray(KEY_BYTES).also { SecureRandom().nextBytes(it) }
        val ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        Files.createFile(file.toPath(), ownerOnly)
        file.writeBytes(key)
        return key
    }

    /** Empty: the core asks the system. */
    override fun bootId(): String = ""

    override fun log(level: LogLevel, target: String, message: String) {
        if (level == LogLevel.ERROR || level == LogLevel.WARN) System.err.println("$level $target: $message")
    }

    private companion object {
        const val KEY_BYTES = 32
    }
}

/** Notices already seen, in a file of the store's folder. */
class FileMemory(folder: File) : Memory {
    private val file = folder.resolve("seen.properties")
    private val marks = Properties().apply { if (file.exists()) file.inputStream().use(::load) }

    override fun has(mark: String): Boolean = marks.containsKey(mark)

    override fun keep(mark: String) {
        marks[mark] = "seen"
        try {
            file.outputStream().use { marks.store(it, null) }
        } catch (failure: IOException) {
            // The notice comes again at the next start: a nuisance, no loss.
            System.err.println("linnet: ${file.name}: ${failure.message}")
        }
    }
}
