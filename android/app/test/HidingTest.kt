package org.linnet.app

import android.content.ClipboardManager
import android.view.WindowManager.LayoutParams.FLAG_SECURE
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createAndroidComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.linnet.ui.Core
import org.linnet.ui.Opening
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import org.robolectric.shadow.api.Shadow

/** What is kept from eyes that only pass by: in pictures, in the list of recent apps, in the clipboard's preview. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(
    sdk = [35],
    application = TestApplication::class,
    shadows = [RecentsShadow::class],
    qualifiers = "w411dp-h891dp-xhdpi",
)
class HidingTest {
    @get:Rule
    val rule = createAndroidComposeRule<MainActivity>()

    private val wire = Wire()

    @After
    fun end() = wire.close()

    @Test
    fun `a hidden screen is in no picture, a locked app not among the recent ones`() {
        await("the core") { (rule.activity.application as LinnetApplication).opening.value is Opening.Ready }
        await("nothing is hidden at first") { !secure && recents == true }
        core { hideScreen(true) }
        await("the screen is hidden") { secure && recents == false }
        core { hideScreen(false) }
        await("and shown again") { !secure && recents == true }
        core { setPin(null, "258013") }
        await("locked, it can be photographed, but is no picture among the recent apps") { !secure && recents == false }
        core { setPin("258013", null) }
        await("without a lock it is, again") { !secure && recents == true }
    }

    @Test
    fun `a copied password is a secret to the clipboard`() {
        await("the welcome") { shown("Welcome to Linnet") }
        rule.onNodeWithTag("sign-up").performClick()
        await("the servers") { shown("My own server") }
        rule.onNodeWithTag("own").performClick()
        await("which one") { there("domain") }
        rule.onNodeWithTag("domain").performTextInput(Server.domain)
        rule.onNodeWithText("Server settings").performClick()
        rule.onNodeWithTag("host").performTextInput("127.0.0.1")
        rule.onNodeWithTag("port").performTextReplacement("${wire.port}")
        rule.onNodeWithTag("continue").performClick()
        await("its questions") { there("copy-password") }
        rule.onNodeWithTag("copy-password").performScrollTo().performClick()
        val password = checkNotNull(clipboard.primaryClip)
        assertEquals("gabot-lirem-hosad-fekon-pitav".length, password.getItemAt(0).text.length)
        assertTrue(password.description.extras.getBoolean("android.content.extra.IS_SENSITIVE"))
    }

    @Test
    fun `a copied link can be seen`() {
        await("the welcome") { shown("Welcome to Linnet") }
        rule.onNodeWithTag("address").performTextInput(Server.alice)
        rule.onNodeWithTag("password").performTextInput(Server.password)
        rule.onNodeWithText("Server settings").performClick()
        rule.onNodeWithTag("host").performTextInput("127.0.0.1")
        rule.onNodeWithTag("port").performTextReplacement("${wire.port}")
        rule.onNodeWithTag("sign-in").performClick()
        await("signed in") { shown("Chats") }
        rule.onNodeWithTag("new-chat").performClick()
        await("the way to her code") { there("my-code") }
        rule.onNodeWithTag("my-code").performScrollTo().performClick()
        await("it can be copied") { shown("Copy as a link") }
        rule.onNodeWithText("Copy as a link").performScrollTo().performClick()
        val link = checkNotNull(clipboard.primaryClip)
        assertTrue(link.getItemAt(0).text.startsWith("xmpp:${Server.alice}?roster"))
        assertFalse(link.description.extras?.getBoolean("android.content.extra.IS_SENSITIVE") == true)
    }

    private val clipboard get() = rule.activity.getSystemService(ClipboardManager::class.java)

    private val secure get() = rule.activity.window.attributes.flags and FLAG_SECURE != 0

    private val recents get() = Shadow.extract<RecentsShadow>(rule.activity).recents

    private fun core(run: suspend Core.() -> Unit) {
        val opening = (rule.activity.application as LinnetApplication).opening.value
        runBlocking { (opening as Opening.Ready).core.run() }
    }

    private fun there(tag: String) = rule.onAllNodes(hasTestTag(tag)).fetchSemanticsNodes().isNotEmpty()

    private fun shown(text: String) =
        rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()

    /** Pumps the main looper: what Rust does, no idling resource knows. */
    private fun await(what: String, condition: () -> Boolean) = rule.waitUntil(what, 30_000, condition)
}
