package org.linnet.ui.handover

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.core.ArrivalStep
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.drawQrBitmap
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.Place
import org.linnet.ui.Shown
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.safety.Biometrics
import org.linnet.ui.words.LocalClock
import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import javax.imageio.ImageIO

/** The whole way of an account to a further phone, on either screen, over a core in memory. */
class HandoverTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private var picture = ByteArray(0)
    private lateinit var model: AppModel

    @After
    fun end() = scope.cancel()

    @Test
    fun `a new phone shows its code, compares and is signed in`() {
        core.accounts.value = emptyList()
        show()
        shown("Welcome to Linnet")
        rule.onNodeWithTag("arrive").performScrollTo().performClick()
        rule.waitUntil("asked") { "arrive" in core.asked }
        rule.waitUntil("the code", 10_000) { exists("code") }
        rule.onNodeWithTag("next").performScrollTo().performClick()
        shown("Now point this phone at the code on the old one.")
        core.refusal = CommandException.Foreign()
        scan("linnet-device:1b:other")
        shown("This code is meant for another phone.")
        scan("linnet-device:1b:old")
        shown("123 456")
        scan("linnet-device:1b:old")
        core.arrival = ArrivalStep.Arrived(1)
        core.accounts.value =
            listOf(Fixtures.account.copy(connection = Connection.Connecting, signedIn = false))
        scan("linnet-device:1c:sealed")
        shown("Your account is here. Signing in…")
        assertEquals(1, core.asked.count { it == "read linnet-device:1b:old" })
        core.connection(1, Connection.Online, signedIn = true)
        shown("Bob Lindqvist")
        rule.waitUntil("the key is forgotten") { "end arrival" in core.asked }
    }

    @Test
    fun `a code that is too old is made anew`() {
        core.accounts.value = emptyList()
        show()
        shown("Welcome to Linnet")
        rule.onNodeWithTag("arrive").performScrollTo().performClick()
        rule.waitUntil("the code", 10_000) { exists("code") }
        rule.onNodeWithTag("next").performScrollTo().performClick()
        core.refusal = CommandException.Expired()
        scan("linnet-device:1b:old")
        shown("This code counted for five minutes, and they are over.")
        rule.onNodeWithTag("again").performClick()
        rule.waitUntil("the code", 10_000) { exists("code") }
        assertEquals(2, core.asked.count { it == "arrive" })
    }

    @Test
    fun `the old phone asks its owner, compares, and only then shows the credential`() {
        core.app.value = Fixtures.locking
        show()
        openHandover()
        scan("xmpp:bob@example.org")
        rule.waitUntil("it is told", 10_000) { exists("told") }
        assertTrue(core.asked.none { it.startsWith("hand over") })
        scan("linnet-device:1a:new")
        shown("Sign in the new phone as alice@example.org?")
        core.refusal = CommandException.PinWrong()
        rule.onNodeWithTag("pin").performScrollTo().performTextInput("0000")
        rule.onNodeWithTag("go-on").performScrollTo().performClick()
        shown("That isn't the PIN of the app lock.")
        rule.onNodeWithTag("pin").performScrollTo().performTextInput("2580")
        rule.onNodeWithTag("go-on").performScrollTo().performClick()
        shown("123 456")
        assertTrue("hand over 1 linnet-device:1a:new 2580" in core.asked)
        assertTrue("confirm" !in core.asked)
        // A second tap before the core has answered is none.
        val answer = CompletableDeferred<Unit>().also { core.hold = it }
        rule.onNodeWithTag("same").performScrollTo().performClick()
        rule.onNodeWithTag("same").assertIsNotEnabled()
        rule.onNodeWithTag("differ").assertIsNotEnabled()
        val place = (model.shown.value as Shown.Top).place as Place.Handover
        rule.runOnUiThread { place.model.compared(true) }
        core.hold = null
        answer.complete(Unit)
        shown("Now scan this code with the new phone. Nothing else can open it.")
        assertEquals(1, core.asked.count { it == "confirm" })
        rule.onNodeWithTag("done").performScrollTo().performClick()
        rule.waitUntil("the key is forgotten") { "end handover" in core.asked }
    }

    @Test
    fun `digits that differ end it`() {
        show()
        openHandover()
        scan("linnet-device:1a:evil")
        shown("Sign in the new phone as alice@example.org?")
        rule.onNodeWithTag("go-on").performScrollTo().performClick()
        shown("123 456")
        rule.onNodeWithTag("differ").performScrollTo().performClick()
        rule.waitUntil("it ends") { "end handover" in core.asked }
        assertTrue("confirm" !in core.asked)
        rule.onNodeWithTag("again").performClick()
        shown("On the new phone, choose “Sign in with another phone”. Then scan the code that it shows.")
    }

    @Test
    fun `without an app lock the device is asked, if it can be`() {
        val answers = mutableListOf(false, true)
        show(object : Biometrics {
            override suspend fun ask(title: String) = answers.removeFirst()
        })
        openHandover()
        scan("linnet-device:1a:new")
        shown("Sign in the new phone as alice@example.org?")
        rule.onNodeWithTag("go-on").performScrollTo().performClick()
        shown("This phone could not make sure that you are its owner.")
        assertTrue(core.asked.none { it.startsWith("hand over") })
        rule.onNodeWithTag("go-on").performScrollTo().performClick()
        shown("123 456")
        assertTrue("hand over 1 linnet-device:1a:new null" in core.asked)
    }

    private fun openHandover() {
        shown("Bob Lindqvist")
        rule.onNodeWithTag("account").performClick()
        rule.onNodeWithTag("account/hand-over").performScrollTo().performClick()
        shown("Set up another phone")
    }

    private fun scan(text: String) {
        val bitmap = drawQrBitmap(text, 6u)
        val side = bitmap.side.toInt()
        val image = BufferedImage(side, side, BufferedImage.TYPE_INT_RGB)
        for (y in 0 until side) for (x in 0 until side) {
            image.setRGB(x, y, if (bitmap.rgba[(y * side + x) * 4] == 0.toByte()) 0 else 0xffffff)
        }
        picture = ByteArrayOutputStream().also { ImageIO.write(image, "png", it) }.toByteArray()
        rule.waitUntil("a picture can be picked", 10_000) { exists("picture") }
        rule.onNodeWithTag("picture").performClick()
        rule.waitForIdle()
    }

    private fun exists(tag: String) =
        rule.onAllNodes(hasTestTag(tag)).fetchSemanticsNodes().isNotEmpty()

    private fun shown(text: String) = rule.waitUntil(text, 10_000) {
        rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()
    }

    private fun show(biometrics: Biometrics? = null) {
        model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone)
        val device = english.copy(pickPicture = { picked -> picked(picture) }, biometrics = biometrics)
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, device, dark = false) }
        }
    }
}
