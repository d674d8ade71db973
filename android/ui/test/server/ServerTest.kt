package org.linnet.ui.server

import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.core.CommandException
import org.linnet.ui.FakeCore
import org.linnet.ui.Stage
import org.linnet.ui.german
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.previews.outage
import org.linnet.ui.previews.serverDetails
import java.util.concurrent.CopyOnWriteArrayList

class ServerTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val scope = CoroutineScope(Dispatchers.Unconfined)
    private val fetched = CopyOnWriteArrayList<String>()
    private val done = CopyOnWriteArrayList<String>()

    @After
    fun end() = scope.cancel()

    private fun model(file: String?) =
        ServerModel(core, 1, scope, "de-AT", { done += "$it" }, { fetched += it; file }) {}

    @Test
    fun `the server is asked once, and its announcement read in the user's language`() {
        val state = model("""{"beginning":"…"}""").state
        assertEquals(listOf("ask server 1"), core.asked)
        assertEquals("example.org", state.value.details?.domain)
        assertEquals(listOf("https://status.example.org/now.json"), fetched)
        assertEquals("de-AT", state.value.outage?.message)
    }

    @Test
    fun `what is no announcement says nothing, and nothing is fetched where nothing may be`() {
        assertEquals(null, model("junk").state.value.outage)
        assertEquals(null, model(null).state.value.outage)
        fetched.clear()
        val quiet = FakeCore()
        quiet.serverDetails.value = listOf(Fixtures.serverDetails.copy(outageFile = null))
        quiet.refusal = CommandException.Offline()
        val state = ServerModel(quiet, 1, scope, "de", { done += "$it" }, { fetched += it; "x" }) {}.state.value
        assertTrue(state.offline && fetched.isEmpty() && done.isEmpty())
    }

    @Test
    fun `only what does no harm is a link`() {
        val state = ServerState(Fixtures.serverDetails, Fixtures.outage)
        rule.setContent { Stage(german) { ServerScreen(state, actions) } }
        rule.onNodeWithText("New disks for the server", substring = true).assertIsDisplayed()
        rule.onNodeWithText("the caretaker, second floor").performScrollTo().performClick()
        assertFalse(done.any { it.startsWith("open") })
        rule.onNodeWithTag("address/mailto:abuse@example.org").performScrollTo().performClick()
        rule.onNodeWithTag("copy-report").performScrollTo().performClick()
        assertEquals(listOf("open mailto:abuse@example.org", "copy"), done)
    }

    private val actions = object : ServerActions {
        override fun back() = Unit
        override fun open(uri: String) {
            done += "open $uri"
        }
        override fun copy(report: String) {
            done += "copy"
        }
    }
}
