package org.linnet.ui.moved

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.update
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Rule
import org.junit.Test
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.MovedItem
import org.linnet.core.MovedState
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.chat.ChatModel
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.previews.movedContact
import org.linnet.ui.previews.movedRequest
import org.linnet.ui.words.LocalClock

class MovedTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)

    @After
    fun end() = scope.cancel()

    @Test
    fun `one moves to an account of ones own that is there, after a question`() {
        val gone = MovedItem("alice@example.org", null, MovedState.PUBLISHED, 0u, 0u, 0u)
        core.accounts.update {
            it + Fixtures.account("alice@far.example", 2) +
                Fixtures.account("alice@off.example", 3).copy(connection = Connection.Off) +
                Fixtures.account("alice@gone.example", 4).copy(moved = gone)
        }
        show()
        rule.onNodeWithTag("to/3").assertIsNotEnabled()
        rule.onNodeWithTag("to/4").assertIsNotEnabled()
        rule.onNodeWithTag("move").performScrollTo().assertIsNotEnabled()
        click("to/2")
        rule.onNodeWithTag("move").assertIsEnabled()
        click("move")
        shown("Move to alice@far.example?")
        rule.onNodeWithText("Cancel").performClick()
        assertFalse(core.asked.any { it.startsWith("move ") })
        core.refusal = CommandException.Offline()
        click("move")
        rule.onNodeWithText("Move").performClick()
        shown("For this you need to be connected.")
        click("move")
        rule.onNodeWithText("Move").performClick()
        shown("You have moved to alice@far.example")
        shown("Your server is being told…")
        assertEquals(listOf("move 1 2"), core.asked.filter { it.startsWith("move ") }.distinct())
        val item = MovedItem("alice@far.example", Fixtures.at(18, 12), MovedState.PUBLISHED, 12u, 5u, 0u)
        core.moved(1, item)
        shown("7 of 12 contacts are told. You can leave this screen: it goes on by itself.")
        core.moved(1, item.copy(left = 0u, refused = 2u))
        shown("Contacts told: 10. Not taken by your new server: 2.")
    }

    @Test
    fun `no number of contacts is below zero`() {
        val item = MovedItem("alice@far.example", null, MovedState.PUBLISHED, 5u, 9u, 0u)
        core.accounts.update { all -> all.map { it.copy(moved = item) } }
        show()
        shown("0 of 5 contacts are told. You can leave this screen: it goes on by itself.")
        core.moved(1, item.copy(left = 0u, refused = 9u))
        shown("Contacts told: 0. Not taken by your new server: 9.")
        core.moved(1, item.copy(total = 0u))
        rule.waitUntil("nothing is told of", 10_000) {
            rule.onAllNodes(hasText("told", substring = true)).fetchSemanticsNodes().isEmpty()
        }
    }

    @Test
    fun `it can be taken back`() {
        core.accounts.update { all ->
            all.map { it.copy(moved = MovedItem("alice@far.example", null, MovedState.PUBLISHED, 0u, 0u, 0u)) }
        }
        show()
        shown("Another of your devices said so.")
        assertEquals(listOf("ask moved 1"), core.asked.filter { it.startsWith("ask moved") })
        click("take-back")
        rule.onNodeWithText("Take back").performClick()
        shown("It is being taken back…")
        core.moved(1, MovedItem("alice@far.example", null, MovedState.KEPT, 0u, 0u, 0u))
        shown("Your server did not take it back. Try again later.")
        click("take-back")
        rule.onNodeWithText("Take back").performClick()
        shown("It is being taken back…")
        core.moved(1, null)
        shown("The account with your new address has to be in Linnet, too. Add it first.")
        assertEquals(listOf("retract 1", "retract 1"), core.asked.filter { it.startsWith("retract") })
    }

    @Test
    fun `who has moved asks in the box of requests, with both addresses`() {
        core.requests.update { listOf(movedRequest) }
        open()
        rule.onNodeWithTag("requests").performClick()
        shown("Bob Lindqvist has a new address. Go on with them there?")
        shown("Until now: bob@example.org")
        shown("New: bob@lindqvist.example")
        rule.onNodeWithText("Go on there").performClick()
        rule.waitUntil(10_000) { "answer bob@lindqvist.example true" in core.asked }
    }

    @Test
    fun `the old chat asks, and then leads to the new one`() {
        core.contact.update { listOf(movedContact) }
        open()
        rule.onNodeWithText("Bob Lindqvist").performClick()
        shown("Bob Lindqvist has a new address. Go on with them there?")
        click("stay")
        rule.waitUntil(10_000) { "answer bob@lindqvist.example false" in core.asked }
        click("follow")
        rule.waitUntil(10_000) { "answer bob@lindqvist.example true" in core.asked }
        val there = Fixtures.chats[1].id
        core.contact.update { all -> all.map { it.copy(moved = it.moved?.copy(asks = false, chat = there)) } }
        shown("Bob Lindqvist has a new address: bob@lindqvist.example")
        click("go")
        rule.waitUntil(10_000) { "opened $there" in core.asked }
    }

    @Test
    fun `the answer is about the address that was read`() {
        val model = ChatModel(
            core, Fixtures.chats[0].id, scope, scope, core.accounts, core.chats, report = { throw it },
        ) { throw it }
        val read = checkNotNull(movedContact.moved)
        val later = read.copy(address = "mallory@far.example", chat = Fixtures.chats[2].id)
        core.contact.update { listOf(movedContact.copy(moved = later)) }
        rule.waitUntil("another one is known by now", 10_000) { model.state.value.contact?.moved == later }
        var opened: Long? = null
        model.answerMoved(true, read)
        model.openMoved(read.copy(asks = false, chat = Fixtures.chats[1].id)) { opened = it }
        rule.waitUntil("opened", 10_000) { opened == Fixtures.chats[1].id }
        assertEquals(listOf("answer bob@lindqvist.example true"), core.asked.filter { it.startsWith("answer") })
    }

    private fun click(tag: String) = rule.onNodeWithTag(tag).performClick()

    private fun shown(text: String) = rule.waitUntil(text, 10_000) {
        rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()
    }

    private fun open() {
        val model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone)
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, english, dark = false) }
        }
        shown("Bob Lindqvist")
    }

    private fun show() {
        open()
        if (core.accounts.value.size > 1) {
            rule.onNodeWithTag("accounts").performClick()
            rule.onNodeWithTag("account/alice@example.org").performClick()
        } else {
            rule.onNodeWithTag("account").performClick()
        }
        rule.onNodeWithTag("moved/open").performScrollTo().performClick()
        shown("I'm moving to another address")
    }
}
