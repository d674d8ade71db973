package org.linnet.app

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import java.io.File

@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [35], application = TestApplication::class, shadows = [RecentsShadow::class])
class DatabaseKeyTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val file get() = File(folder.root, "database.key")

    @Test
    fun `the key is made once and stays`() {
        val key = DatabaseKey(file).read()
        assertEquals(32, key.size)
        assertEquals(key.toList(), DatabaseKey(file).read().toList())
    }

    @Test
    fun `the file does not hold it`() {
        val key = DatabaseKey(file).read()
        val bytes = file.readBytes().toList()
        assertEquals(12 + 32 + 16, bytes.size)
        assertFalse(bytes.windowed(8).any { it == key.take(8) })
    }

    @Test
    fun `a key that can't be unwrapped is not replaced behind the user's back`() {
        DatabaseKey(file).read()
        val wrapped = file.readBytes().toList()
        FakeKeystore.keys.clear()
        assertEquals(0, DatabaseKey(file).read().size)
        assertEquals(wrapped, file.readBytes().toList())
    }

    @Test
    fun `starting afresh makes another`() {
        val key = DatabaseKey(file)
        val first = key.read()
        key.forget()
        val second = key.read()
        assertEquals(32, second.size)
        assertFalse(first.contentEquals(second))
    }

    @Test
    fun `a spoilt file is no key`() {
        val key = DatabaseKey(file)
        key.read()
        file.writeBytes(file.readBytes().also { it[20] = (it[20] + 1).toByte() })
        assertTrue(key.read().isEmpty())
    }
}
