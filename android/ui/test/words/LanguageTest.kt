package org.linnet.ui.words

import org.junit.Assert.assertEquals
import org.junit.Test
import java.util.Locale

class LanguageTest {
    @Test
    fun `a language is told with its region and script, and nothing else`() {
        val told = listOf("de", "de-AT", "zh-Hant-TW", "pt-BR", "sr-Latn", "de-DE-1996").associateWith { it } + mapOf(
            "de-AT-u-fw-mon-mu-celsius" to "de-AT",
            "ar-EG-u-nu-latn-x-ours" to "ar-EG",
            "und" to "en",
        )
        assertEquals(told, told.mapValues { (tag, _) -> Locale.forLanguageTag(tag).tag })
        assertEquals("en", Locale.ROOT.tag)
    }
}
