package org.linnet.ui.portable

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import org.junit.After
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Rule
import org.junit.Test
import org.linnet.core.AccountFileItem
import org.linnet.core.CommandException
import org.linnet.core.ExportItem
import org.linnet.core.ImportItem
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.backup.Files
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.words.LocalClock

class PortableTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private var saved: Pair<String, ByteArray>? = null
    private var file: ByteArray? = byteArrayOf(1, 2, 3)

    @After
    fun end() = scope.cancel()

    @Test
    fun `a file is saved once the server has told everything`() {
        show()
        core.refusal = CommandException.Offline()
        click("save")
        shown("For this you need to be connected.")
        click("save")
        shown("Asking your server: 4 of 11")
        assertNull(saved)
        core.export(1, ExportItem(11u, 11u, 0u))
        shown("The file is saved.")
        assertEquals("alice@example.org.xml", saved?.first)
        assertArrayEquals(byteArrayOf(7), saved?.second)
        click("save")
        shown("Asking your server: 4 of 11")
        core.export(1, ExportItem(11u, 11u, 2u))
        shown("The file is saved, but your server did not tell everything.")
        assertEquals(2, core.asked.count { it == "read export 1" })
    }

    @Test
    fun `nothing is brought in before the user has seen what it is`() {
        file = null
        show()
        click("choose")
        shown("This file is too large, or can't be read.")
        file = byteArrayOf(1, 2, 3)
        core.refusal = CommandException.Unreadable()
        click("choose")
        shown("This file doesn't hold an account, or it is damaged.")
        core.refusal = CommandException.TooLarge()
        click("choose")
        shown("That is more than Linnet takes.")
        core.users = emptyList()
        click("choose")
        shown("There is no account in this file. It may be one that only refers to other files: choose one of those.")
        core.users = listOf(
            AccountFileItem("alice@old.example.org", 48u, 3u, 5u, true, 2u),
            AccountFileItem("bob@old.example.org", 2u, 0u, 0u, false, 0u),
        )
        click("choose")
        shown("Contacts: 48. Blocked: 3. Bookmarks: 5. With a profile. Entries that can't be read: 2.")
        assertFalse(core.asked.any { it.startsWith("import") })
        click("user/1")
        click("bring-in")
        shown("0 of 53 from bob@old.example.org done. You can leave this screen: it goes on by itself.")
        assertEquals(listOf("import 1 3 1"), core.asked.filter { it.startsWith("import") })
        core.import(1, ImportItem("bob@old.example.org", 53u, 0u, 1u, 2u))
        shown("Everything from bob@old.example.org is here. Left as it was: 2. Not taken by your server: 1.")
        click("end")
        shown("Choose a file…")
        assertEquals("end import 1", core.asked.last())
    }

    private fun click(tag: String) = rule.onNodeWithTag(tag).performScrollTo().performClick()

    private fun shown(text: String) = rule.waitUntil(text, 10_000) {
        rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()
    }

    private fun show() {
        val model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone)
        val files = object : Files {
            override fun save(name: String, bytes: ByteArray, done: (Boolean) -> Unit) {
                saved = name to bytes
                done(true)
            }

            override fun open(picked: (ByteArray?) -> Unit) = picked(file)
        }
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) {
                LinnetApp(model, english.copy(files = files), dark = false)
            }
        }
        shown("Bob Lindqvist")
        rule.onNodeWithTag("account").performClick()
        click("portable")
        shown("Move to another server")
    }
}
