package org.linnet.ui

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.unit.dp
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.ui.previews.Framed
import org.linnet.ui.previews.Look
import org.linnet.ui.previews.looks
import org.linnet.ui.previews.pictures
import androidx.compose.runtime.key as composeKey

/** Every screen in every look: whatever can be touched has a name and room for a finger. */
class AccessibilityTest {
    @get:Rule
    val rule = createComposeRule()

    private var shown by mutableStateOf(pictures.first() to looks.first())

    @Test
    fun `whatever can be touched can be named and hit`() {
        val complaints = ArrayList<String>()
        var checked = 0
        rule.setContent { composeKey(shown) { Framed(shown.first, shown.second, device(shown.second)) } }
        val least = with(rule.density) { 48.dp.toPx() - 1 }
        for (look in looks) for (picture in pictures) {
            shown = picture to look
            rule.waitForIdle()
            for (node in rule.onAllNodes(hasClickAction()).fetchSemanticsNodes()) {
                // A link is read out with the text it stands in.
                if (node.config.any { (key, _) -> key.name == "LinkTestMarker" }) continue
                checked++
                val where = "${picture.name}, ${look.name}: ${name(node) ?: node.config}"
                if (name(node).isNullOrBlank()) complaints += "$where has no name"
                val bounds = node.touchBoundsInRoot
                // A bubble is as high as its text; it can be touched but needn't be.
                val bubble = node.config.getOrNull(SemanticsProperties.TestTag) == "message"
                val cut = bounds.bottom >= rule.density.run { 640.dp.toPx() } || bounds.top <= 1
                if (!bubble && !cut && (bounds.height < least || bounds.width < least)) {
                    complaints += "$where is only ${bounds.width} by ${bounds.height}"
                }
            }
        }
        assertEquals(emptyList<String>(), complaints)
        assertTrue("only $checked controls were found", checked > 300)
    }

    private fun device(look: Look) = if (look.language == "de") german else english

    private fun name(node: SemanticsNode): String? =
        node.config.getOrNull(SemanticsProperties.ContentDescription)?.joinToString()
            ?: node.config.getOrNull(SemanticsProperties.Text)?.joinToString { it.text }
            ?: node.config.getOrNull(SemanticsProperties.EditableText)?.text
            ?: node.config.getOrNull(SemanticsActions.OnClick)?.label
}
