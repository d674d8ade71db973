package org.linnet.ui.theme

import androidx.compose.material3.ColorScheme
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.compositeOver
import androidx.compose.ui.graphics.luminance
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.linnet.core.portrait

class ThemeTest {
    /** WCAG 2.2, 1.4.3. */
    @Test
    fun `every text can be told from its ground`() {
        for ((name, scheme, own) in listOf(
            Triple("light", lightScheme, lightLinnetColors),
            Triple("dark", darkScheme, darkLinnetColors),
        )) {
            for ((what, pair) in pairs(scheme, own)) {
                val contrast = contrast(pair.first, pair.second)
                assertTrue("$name, $what: ${"%.2f".format(contrast)}", contrast >= 4.5)
            }
        }
    }

    @Test
    fun `a portrait is the core's, with its alpha and its contrast`() {
        val portrait = portrait("juliet@capulet.lit", "Juliet Capulet")
        assertEquals("JC", portrait.initials)
        val pairs = listOf(
            portrait.lightInk to portrait.lightGround,
            portrait.darkInk to portrait.darkGround,
        )
        for ((ink, ground) in pairs) {
            assertEquals(1f, opaque(ground).alpha)
            assertTrue(contrast(opaque(ink), opaque(ground)) >= 4.5)
        }
        assertTrue(opaque(portrait.lightGround).luminance() > opaque(portrait.darkGround).luminance())
    }

    private fun pairs(scheme: ColorScheme, own: LinnetColors): Map<String, Pair<Color, Color>> = mapOf(
        "text" to (scheme.onBackground to scheme.background),
        "text on a card" to (scheme.onSurface to scheme.surfaceContainer),
        "faint text" to (scheme.onSurfaceVariant to scheme.background),
        "faint text on a card" to (scheme.onSurfaceVariant to scheme.surfaceContainer),
        "faint text in a field" to (scheme.onSurfaceVariant to scheme.surfaceContainerHigh),
        "a button" to (scheme.onPrimary to scheme.primary),
        "a link or text button" to (scheme.primary to scheme.background),
        "a text button on a card" to (scheme.primary to scheme.surfaceContainer),
        "a text button on the banner" to (scheme.primary to own.banner),
        "an error" to (scheme.error to scheme.background),
        "the failed banner" to (scheme.onErrorContainer to scheme.errorContainer),
        "the banner" to (own.onBanner to own.banner),
        "own bubble" to (own.onOwnBubble to own.ownBubble),
        "time in own bubble" to (own.ownBubbleFaint to own.ownBubble),
        "their bubble" to (own.onTheirBubble to own.theirBubble),
        "time in their bubble" to (own.theirBubbleFaint to own.theirBubble),
        "a link in their bubble" to (scheme.primary to own.theirBubble),
        "the unread mark" to (own.accent to own.chatBackground),
        "the unread badge" to (own.onAccent to own.accent),
    )

    private fun contrast(text: Color, ground: Color): Double {
        val (light, dark) = listOf(text.compositeOver(ground), ground).map { it.luminance() + 0.05 }.sortedDescending()
        return light / dark
    }
}
