package org.linnet.ui.theme

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.test.junit4.v2.createComposeRule
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.linnet.ui.Stage

class PeopleTest {
    @get:Rule
    val compose = createComposeRule()

    private val read = mutableListOf<String>()
    private val people = People(
        read = { name ->
            synchronized(read) { read += name }
            byteArrayOf(1).takeIf { name != "gone" }
        },
        decode = { ImageBitmap(8, 8) },
    )

    @Test
    fun `a picture takes the place of the letters, and each is read once`() {
        var picture by mutableStateOf<String?>(null)
        compose.setContent {
            Stage {
                CompositionLocalProvider(LocalPeople provides people) {
                    // Twice on one screen, as in a list and a title.
                    Avatar("juliet@capulet.lit", "Juliet Capulet", picture = picture)
                    Avatar("juliet@capulet.lit", "Juliet Capulet", picture = picture)
                }
            }
        }
        assertEquals(0, read.size)
        picture = "one"
        compose.waitUntil(5_000) { people.known("one") != null }
        compose.waitForIdle()
        picture = null
        compose.waitForIdle()
        val before = read.size
        picture = "one"
        compose.waitForIdle()
        assertEquals(before, read.size)
        // What is gone leaves the letters.
        picture = "gone"
        compose.waitUntil(5_000) { synchronized(read) { "gone" in read } }
        assertEquals(null, people.known("gone"))
    }
}
