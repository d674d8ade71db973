package org.linnet.ui.phonebook

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.words.LocalClock

class PhoneBookTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private var reads = 0
    private val book = object : PhoneBook {
        override val allowed = MutableStateFlow<Boolean?>(null)
        var entries: List<PhoneBookEntry>? = emptyList()
        override fun ask() {
            allowed.value = true
        }

        override fun openSettings() = Unit
        override suspend fun entries() = entries.also { reads++ }
    }

    @After
    fun end() = scope.cancel()

    @Test
    fun `who has an address is offered, and nothing happens before he is chosen`() {
        book.entries = listOf(
            PhoneBookEntry("Bob Lindqvist", listOf("https://bob.example/", "xmpp:bob@example.org?roster")),
            PhoneBookEntry("Bob again", listOf("bob@example.org")),
            PhoneBookEntry("Junk", listOf("", "bob", "javascript:alert(1)", "+491234", "xmpp:%", "example.org")),
            PhoneBookEntry("Myself", listOf("alice@example.org")),
            PhoneBookEntry("", listOf("carol@elsewhere.example")),
        )
        show()
        open()
        shown("Linnet looks for Jabber addresses in your phone book, on this phone only. Nothing of it is sent anywhere.")
        assertEquals("it is not read before the user is asked", 0, reads)
        rule.onNodeWithTag("allow").performClick()
        shown("bob@example.org")
        shown("carol@elsewhere.example")
        assertEquals(2, count("Add"))
        assertEquals(0, core.asked.count { it.startsWith("start") })
        rule.onNodeWithTag("add/bob@example.org").performClick()
        rule.waitUntil("asked") { "start 1 xmpp:bob@example.org?roster;name=Bob%20Lindqvist" in core.asked }
    }

    @Test
    fun `what can't be read is told, and so is a book without addresses`() {
        book.entries = null
        book.allowed.value = true
        show()
        open()
        shown("The phone book can't be read.")
        rule.onNodeWithContentDescription("Back").performClick()
        book.entries = emptyList()
        rule.onNodeWithTag("phone-book").performScrollTo().performClick()
        shown("No entry of your phone book has a Jabber or XMPP address.")
    }

    private fun open() {
        shown("Bob Lindqvist")
        rule.onNodeWithTag("new-chat").performClick()
        rule.onNodeWithTag("phone-book").performScrollTo().performClick()
    }

    private fun count(text: String) =
        rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().size

    private fun shown(text: String) = rule.waitUntil(text, 10_000) { count(text) > 0 }

    private fun show() {
        val model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone)
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) {
                LinnetApp(model, english.copy(phoneBook = book), dark = false)
            }
        }
    }
}
