package org.linnet.desktop

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import java.nio.file.Files
import java.nio.file.attribute.PosixFilePermissions

class OptionsTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `the line of cargo xtask run is understood`() {
        val options = Options.read(
            arrayOf(
                "--store", "/tmp/alice", "--address", "alice@localhost", "--password", "secret",
                "--server", "[::1]:5222", "--ca", "/tmp/ca.pem", "--title", "Alice", "--position", "40,60",
                "--size", "380x760", "--theme", "dark", "--language", "de",
            ),
        )
        assertEquals("::1", options.server?.host)
        assertEquals(5222.toUShort(), options.server?.port)
        assertEquals(40 to 60, options.position)
        assertEquals(380 to 760, options.width to options.height)
        assertEquals(true, options.dark)
        assertEquals("de", options.language?.language)
    }

    @Test
    fun `a mistake is told in a sentence`() {
        val mistakes = mapOf(
            arrayOf("--address", "a@b") to "address and password go together",
            arrayOf("--title", "x") to "--store is missing",
            arrayOf("--store") to "--store wants a value",
            arrayOf("--stroe", "x") to "what is --stroe?",
            arrayOf("--store", "x", "--server", "localhost") to "--server wants HOST:PORT",
            arrayOf("--store", "x", "--position", "40") to "--position wants two numbers",
            arrayOf("--store", "x", "--theme", "pink") to "--theme is light or dark",
        )
        for ((line, words) in mistakes) {
            assertEquals(words, assertThrows(IllegalArgumentException::class.java) { Options.read(line) }.message)
        }
    }

    @Test
    fun `the key is made once, is random, and nobody else may read it`() {
        val first = DesktopPlatform(folder.root).databaseKey()
        assertEquals(32, first.size)
        assertEquals(first.toList(), DesktopPlatform(folder.root).databaseKey().toList())
        assertEquals(false, first.contentEquals(DesktopPlatform(folder.newFolder()).databaseKey()))
        val permissions = Files.getPosixFilePermissions(folder.root.resolve("linnet.key").toPath())
        assertEquals("rw-------", PosixFilePermissions.toString(permissions))
    }

    @Test
    fun `a notice that was seen stays seen`() {
        FileMemory(folder.root).keep("lacks/ARCHIVE/alice@localhost")
        assertEquals(true, FileMemory(folder.root).has("lacks/ARCHIVE/alice@localhost"))
        assertEquals(false, FileMemory(folder.root).has("archiving/alice@localhost"))
    }
}
