package org.linnet.ui.contact

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsNotSelected
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.linnet.core.BlockItem
import org.linnet.core.Report
import org.linnet.core.RequestItem
import org.linnet.ui.Stage
import org.linnet.ui.german
import org.linnet.ui.previews.Fixtures
import java.util.concurrent.CopyOnWriteArrayList

class BlockingTest {
    @get:Rule
    val rule = createComposeRule()

    private val done = CopyOnWriteArrayList<String>()

    @Test
    fun `a strangers words are shown to who asks for them`() {
        rule.setContent { Stage { RequestsScreen(listOf(Fixtures.request), requests) } }
        rule.onNodeWithText("Wrote you 2 messages.").assertIsDisplayed()
        rule.onNodeWithText("Hello, we met", substring = true).assertDoesNotExist()
        rule.onNodeWithText("Show message").performClick()
        rule.onNodeWithText("Hello, we met", substring = true).assertIsDisplayed()
        rule.onNodeWithText("Decline").performClick()
        rule.onNodeWithText("Accept").performClick()
        assertEquals(listOf("answer false", "answer true"), done)
    }

    @Test
    fun `a stranger is blocked after a question, with a report or with the whole server`() {
        rule.setContent { Stage(german) { RequestsScreen(listOf(Fixtures.request), requests) } }
        rule.onNodeWithText("Blockieren…").performClick()
        rule.onNodeWithText("Abbrechen").performClick()
        rule.onNodeWithText("Blockieren…").performClick()
        rule.onNodeWithTag("reason/SPAM").assertDoesNotExist()
        rule.onNodeWithTag("block/report").performClick()
        rule.onNodeWithText("Als Spam").assertIsSelected()
        rule.onNodeWithText("Blockieren").performClick()
        rule.onNodeWithText("Blockieren…").performClick()
        rule.onNodeWithTag("block/report").performClick()
        rule.onNodeWithText("Als Missbrauch: Beleidigungen, Drohungen, Betrug").performClick().assertIsSelected()
        rule.onNodeWithTag("reason/SPAM").assertIsNotSelected()
        rule.onNodeWithText("Blockieren").performClick()
        rule.onNodeWithText("Blockieren…").performClick()
        rule.onNodeWithTag("block/report").performClick().performClick()
        rule.onNodeWithText("Alle auf elsewhere.example blockieren").performClick()
        rule.onNodeWithText("Blockieren").performClick()
        val expected = listOf(
            "block mallory@elsewhere.example SPAM",
            "block mallory@elsewhere.example ABUSE",
            "block elsewhere.example null",
        )
        assertEquals(expected, done)
    }

    @Test
    fun `a report is offered only where the server takes it`() {
        rule.setContent { Stage { RequestsScreen(listOf(Fixtures.request.copy(reportable = false)), requests) } }
        rule.onNodeWithText("Block…").performClick()
        rule.onNodeWithTag("block/report").assertDoesNotExist()
    }

    @Test
    fun `the block list says what the server knows and leads back`() {
        rule.setContent { Stage { BlocksScreen(BlocksState(Fixtures.blocks), TextFieldState("x.example"), blocks) } }
        rule.onNodeWithText("Everybody on this server").assertIsDisplayed()
        rule.onNodeWithText("On this device; your server will be told").assertIsDisplayed()
        rule.onNode(hasText("Unblock") and hasAnyAncestor(hasTestTag("block/eve@far.example"))).performClick()
        rule.onNodeWithTag("add").performClick()
        assertEquals(listOf("unblock eve@far.example", "add"), done)
    }

    private val requests = object : RequestsActions {
        override fun back() = note("back")
        override fun answer(request: RequestItem, accept: Boolean) = note("answer $accept")
        override fun block(request: RequestItem, address: String, report: Report?) = note("block $address $report")
    }

    private val blocks = object : BlocksActions {
        override fun back() = note("back")
        override fun add() = note("add")
        override fun edited() = Unit
        override fun unblock(item: BlockItem) = note("unblock ${item.address}")
        override fun loadMore() = Unit
    }

    private fun note(what: String) {
        done += what
    }
}
