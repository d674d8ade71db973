package org.linnet.ui.contact

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.test.assertHasNoClickAction
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.assertTextContains
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextReplacement
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.linnet.core.ContactItem
import org.linnet.core.PrivacyException
import org.linnet.core.PrivacySetting
import org.linnet.core.Report
import org.linnet.ui.Device
import org.linnet.ui.Stage
import org.linnet.ui.english
import org.linnet.ui.german
import org.linnet.ui.previews.Fixtures
import java.util.concurrent.CopyOnWriteArrayList

class ContactScreenTest {
    @get:Rule
    val rule = createComposeRule()

    private val done = CopyOnWriteArrayList<String>()

    @Test
    fun `each device says how much it is there`() {
        show(Fixtures.contact, german)
        rule.onNodeWithText("Da").assertIsDisplayed()
        rule.onNodeWithText("Bitte nicht stören").assertIsDisplayed()
        rule.onNodeWithText("Writing the last chapter, back at six").assertIsDisplayed()
        rule.onNodeWithText("Couch · nicht benutzt seit 16:20").performScrollTo().assertIsDisplayed()
    }

    @Test
    fun `who is gone was seen, and who is blocked can be heard again`() {
        show(Fixtures.goneContact)
        rule.onNodeWithText("Last seen: Yesterday, 22:41").performScrollTo().assertIsDisplayed()
        rule.onNodeWithTag("notifications").performScrollTo().assertIsOff().performClick()
        rule.onNodeWithTag("unblock").performScrollTo().performClick()
        assertEquals(listOf("mute false", "unblock"), done)
    }

    @Test
    fun `a stranger can be added, and named only then`() {
        show(Fixtures.unknownContact)
        rule.onNodeWithTag("edit").assertDoesNotExist()
        rule.onNodeWithTag("remove").assertDoesNotExist()
        rule.onNodeWithTag("add").performClick()
        assertEquals(listOf("add"), done)
    }

    @Test
    fun `a contact can be shown to somebody else, oneself has a code of one's own`() {
        var contact by mutableStateOf(Fixtures.contact)
        rule.setContent { Stage(german) { ContactScreen(contact, actions) } }
        rule.onNodeWithText("Code zeigen").assertIsDisplayed().performClick()
        assertEquals(listOf("code"), done)
        contact = contact.copy(noteToSelf = true)
        rule.onNodeWithTag("code/show").assertDoesNotExist()
    }

    @Test
    fun `name and tags are edited together, removal asks first`() {
        show(Fixtures.contact)
        rule.onNodeWithTag("edit").performScrollTo().performClick()
        rule.onNodeWithTag("name").performTextReplacement("Bobby")
        rule.onNodeWithText("Save").performClick()
        rule.onNodeWithTag("remove").performScrollTo().performClick()
        rule.onNodeWithText("Remove Bob Lindqvist from your contacts?").assertIsDisplayed()
        assertEquals(listOf("edit Bobby/Board games, Lake"), done)
        rule.onNodeWithText("Remove").performClick()
        assertEquals("remove", done.last())
    }

    @Test
    fun `what they learn can be otherwise than for all`() {
        show(Fixtures.contact.copy(exceptions = listOf(PrivacyException(PrivacySetting.TYPING, false))))
        rule.onNodeWithTag("exception/TYPING").performScrollTo().assertTextContains("Never").performClick()
        rule.onNodeWithTag("exception/false").assertIsSelected()
        rule.onNodeWithTag("exception/null").performClick()
        rule.onNodeWithTag("exception/LAST_SEEN").performScrollTo().assertTextContains("As for everyone (off)")
        rule.onNodeWithTag("exception/ONLINE").performScrollTo().assertTextContains("As for everyone (on)").performClick()
        rule.onNodeWithTag("exception/null").assertTextContains("As for everyone (on)")
        rule.onNodeWithTag("exception/false").performClick()
        assertEquals(listOf("except TYPING null", "except ONLINE false"), done)
    }

    @Test
    fun `what they tell of themselves is text, and a link only where the core says so`() {
        show(Fixtures.tellingContact)
        rule.onNodeWithText("Roberta Lindqvist").performScrollTo().assertIsDisplayed()
        rule.onNodeWithText("I write books about lakes.\nAsk me about boats.").performScrollTo().assertIsDisplayed()
        rule.onNodeWithTag("link/mailto:bob@example.org").performScrollTo().performClick()
        rule.onNodeWithTag("link/https://lake.example/bob").performScrollTo().performClick()
        rule.onNodeWithText("http://old.example/").performScrollTo().assertHasNoClickAction()
        assertEquals(listOf("open mailto:bob@example.org", "open https://lake.example/bob"), done)
    }

    @Test
    fun `a device is asked on the tap, and says what it wants to`() {
        show(Fixtures.contact)
        rule.onNodeWithText("Asking…").assertDoesNotExist()
        assertEquals(emptyList<String>(), done)
        rule.onNodeWithTag("device/Desk").performScrollTo().performClick()
        rule.onNodeWithText("Asking…").performScrollTo().assertIsDisplayed()
        assertEquals(listOf("ask Desk"), done)
        // Shut again, nobody is asked.
        rule.onNodeWithTag("device/Desk").performScrollTo().performClick()
        rule.onNodeWithText("Asking…").assertDoesNotExist()
        assertEquals(listOf("ask Desk"), done)
    }

    @Test
    fun `what a device tells stands below it, the time there as it is now`() {
        rule.setContent {
            Stage(german) { ContactScreen(Fixtures.askedContact, actions, shown = Fixtures.askedDevices) }
        }
        for (text in listOf(
            "Computer", "Gajim 1.7.3", "Debian GNU/Linux 12", "22:57 · UTC+05:45", "Telefon",
            "Dieses Gerät sagt nicht, was es ist.", "Keine Antwort.", "Wird gefragt …",
        )) rule.onNodeWithText(text, substring = true).performScrollTo().assertIsDisplayed()
    }

    @Test
    fun `who must not see that we are here is not asked`() {
        show(Fixtures.contact.copy(devicesAskable = false))
        rule.onNodeWithTag("device/Desk").performScrollTo().assertHasNoClickAction().performClick()
        rule.onNodeWithText("Asking…").assertDoesNotExist()
        assertEquals(emptyList<String>(), done)
    }

    private fun show(contact: ContactItem, device: Device = english) = rule.setContent {
        Stage(device) { ContactScreen(contact, actions) }
    }

    private val actions = object : ContactActions {
        override fun back() = note("back")
        override fun add() = note("add")
        override fun showCode() = note("code")
        override fun edit(name: String, tags: String) = note("edit $name/$tags")
        override fun setMuted(muted: Boolean) = note("mute $muted")
        override fun except(setting: PrivacySetting, allowed: Boolean?) = note("except $setting $allowed")
        override fun block(address: String, report: Report?) = note("block $address $report")
        override fun unblock() = note("unblock")
        override fun remove() = note("remove")
        override fun askDevice(device: String) = note("ask $device")
        override fun open(link: String) = note("open $link")
    }

    private fun note(what: String) {
        done += what
    }
}
