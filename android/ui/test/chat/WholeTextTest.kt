package org.linnet.ui.chat

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollToIndex
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.core.TextOf
import org.linnet.core.TextPortion
import org.linnet.ui.Device
import org.linnet.ui.FakeCore
import org.linnet.ui.PATIENCE
import org.linnet.ui.Stage
import org.linnet.ui.english
import org.linnet.ui.german
import org.linnet.ui.previews.Fixtures

/** A text of a stranger's that no screen could lay out at once. */
class WholeTextTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private val of = TextOf.Message(7)
    private var copied: String? = null

    @After
    fun end() = scope.cancel()

    @Test
    fun `a hostile text is read as far as it is looked at, and copied as a whole`() {
        core.texts[of] = hostile()
        show()
        rule.waitUntil("the beginning", PATIENCE) { core.asked.count { it.startsWith("portion") } >= 1 }
        rule.waitForIdle()
        val asked = core.asked.count { it.startsWith("portion") }
        assertTrue("$asked portions for one screen", asked in 1..5)
        rule.onNodeWithTag("whole-text").performScrollToIndex(asked)
        rule.waitUntil("more of it", PATIENCE) { core.asked.count { it.startsWith("portion") } > asked }
        rule.onNodeWithContentDescription("Copy").performClick()
        rule.waitUntil("copied", PATIENCE) { copied != null }
        assertEquals(PORTIONS * LINES * LINE.length, copied?.length)
    }

    @Test
    fun `right to left and large it is all there`() {
        core.texts[of] = listOf(
            TextPortion(Fixtures.longText, true, 1u),
            TextPortion(listOf(Fixtures.block(Fixtures.span("the end"))), false, null),
        )
        show(rightToLeft = true, fontScale = 2f)
        rule.waitUntil("the beginning", PATIENCE) { "portion 0" in core.asked }
        rule.waitForIdle()
        rule.onNodeWithTag("whole-text").performScrollToIndex(1)
        rule.waitUntil("the rest", PATIENCE) { "portion 1" in core.asked }
        rule.waitForIdle()
        rule.onNodeWithTag("whole-text").performScrollToIndex(1)
        rule.onNodeWithText("the end").assertIsDisplayed()
        val texts = rule.onNodeWithTag("whole-text").fetchSemanticsNode().children
        assertTrue(texts.none { it.config.getOrNull(SemanticsProperties.Text).toString().contains("Loading") })
    }

    @Test
    fun `a text that is gone says so`() {
        show(device = german)
        rule.waitUntil("asked", PATIENCE) { "portion 0" in core.asked }
        rule.onNodeWithText("Diese Nachricht gibt es auf diesem Gerät nicht mehr.").assertIsDisplayed()
    }

    private fun hostile(): List<TextPortion> = List(PORTIONS) { at ->
        val blocks = List(LINES) { line -> Fixtures.block(Fixtures.span(LINE), quote = line % 2) }
        TextPortion(blocks, false, (at + 1).toULong().takeIf { at + 1 < PORTIONS })
    }

    private fun show(rightToLeft: Boolean = false, fontScale: Float = 1f, device: Device = english) {
        val model = WholeTextModel(core, of, "Bob", scope)
        val actions = object : WholeTextActions {
            override fun back() = Unit
            override fun loadMore() = model.loadMore()
            override fun copy() = model.copy { copied = it }
        }
        rule.setContent {
            Stage(device, rightToLeft, fontScale) {
                val state by model.state.collectAsState()
                WholeTextScreen(state, actions)
            }
        }
    }

    private companion object {
        const val PORTIONS = 850
        const val LINES = 200
        const val LINE = "x"
    }
}
