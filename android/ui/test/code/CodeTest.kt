package org.linnet.ui.code

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextReplacement
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.update
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.core.Connection
import org.linnet.core.ServerInvitation
import org.linnet.core.drawQr
import org.linnet.ui.PATIENCE
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.Frame
import org.linnet.ui.LinnetApp
import org.linnet.ui.Place
import org.linnet.ui.Shown
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.words.LocalClock
import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.util.concurrent.CopyOnWriteArrayList
import javax.imageio.ImageIO

/** Codes and links over a core in memory; drawn and read by the real one. */
class CodeTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private lateinit var model: AppModel
    private var picture: ByteArray? = null
    private val copied = CopyOnWriteArrayList<String>()
    private val shared = CopyOnWriteArrayList<String>()
    private var device by mutableStateOf(english)

    @After
    fun end() = scope.cancel()

    @Test
    fun `the own code is renewed, shown and copied, and an invitation asked for`() {
        show()
        openNewChat()
        rule.onNodeWithTag("my-code").performScrollTo().performClick()
        rule.waitUntil("renewed", PATIENCE) { "code 1" in core.asked }
        waitUntilShown("alice@example.org")
        rule.onNodeWithContentDescription("QR code of alice@example.org").assertIsDisplayed()
        rule.onNodeWithTag("send").performScrollTo().performClick()
        assertEquals(listOf(Fixtures.code.link), copied)

        rule.onNodeWithTag("invite").performScrollTo().performClick()
        rule.waitUntil("asked", PATIENCE) { "invite 1" in core.asked }
        invitation(ServerInvitation.Asking)
        waitUntilShown("Asking example.org…")
        invitation(ServerInvitation.NotOffered)
        waitUntilShown("example.org makes no invitations. Show your code: it works with any XMPP account.")
        core.codes.value = listOf(Fixtures.invitation)
        waitUntilShown("For one person. With it they make an account on example.org, and you are contacts at once.")
        rule.onNodeWithTag("send").performScrollTo().performClick()
        assertEquals("https://example.org/invite?TZlkOYtbQVjlAd6M", copied.last())
        rule.onNodeWithTag("kind/own").performScrollTo().performClick()
        rule.onNodeWithTag("send").performScrollTo().performClick()
        assertEquals(Fixtures.code.link, copied.last())
    }

    @Test
    fun `a contact's code is shown, says who it is and no more, and is copied or shared`() {
        show()
        waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("chat/bob@example.org").performClick()
        rule.waitUntil("the chat", PATIENCE) { top() is Place.Chat }
        rule.onNodeWithTag("details").performClick()
        waitUntilShown("Show code")
        rule.onNodeWithTag("code/show").performScrollTo().performClick()
        waitUntilShown("Whoever scans this code can ask Bob Lindqvist to be their contact.")
        rule.onNodeWithContentDescription("QR code of bob@example.org").assertIsDisplayed()
        val shown = (top() as Place.ContactCode).model.state.value
        assertEquals(drawQr(Fixtures.contact.link).svg, shown?.drawn?.svg)
        rule.onNodeWithTag("send").performScrollTo().performClick()
        device = device.copy(share = { shared += it })
        waitUntilShown("Share as a link")
        rule.onNodeWithTag("send").performScrollTo().performClick()
        assertEquals(listOf("xmpp:bob@example.org?roster"), copied)
        assertEquals(listOf("xmpp:bob@example.org?roster"), shared)
        val long = "xmpp:bob@example.org?roster;name=${"x".repeat(3_000)}"
        core.contact.update { all -> all.map { it.copy(title = "Bobby", link = long) } }
        waitUntilShown("Whoever scans this code can ask Bobby to be their contact.")
        rule.onNodeWithTag("code").assertDoesNotExist()
        rule.onNodeWithTag("send").performScrollTo().assertIsDisplayed()
        model.back()
        rule.waitUntil("the details again", PATIENCE) { top() is Place.Contact }
    }

    @Test
    fun `a screenshot with a code leads to its person, and nothing happens before the user agrees`() {
        show()
        openNewChat()
        rule.onNodeWithTag("scan").performScrollTo().performClick()
        waitUntilShown("There is no camera here. Choose a picture or a screenshot with a code.")
        for ((bytes, told) in listOf(
            "no picture".toByteArray() to "This picture can't be read.",
            png(BufferedImage(200, 200, BufferedImage.TYPE_BYTE_GRAY)) to "There is no code in this picture.",
            png(drawn("WIFI:S:home;T:WPA;P:secret;;")) to "This code has nothing to do with chats.",
            png(drawn("xmpp:room@muc.example.org?join")) to "Linnet can't do what this asks for.",
            png(drawn("linnet-device:1a:AAAA")) to "This is a code for setting up a phone. Whoever shows " +
                "it gets your account. If it is your own new phone, choose “Set up another phone” under Account.",
            null to "This picture is too large.",
        )) {
            pick(bytes)
            waitUntilShown(told)
        }
        pick(png(drawn("xmpp:amelie@jabber.example?roster;preauth=token;name=Amelie%20D")))
        waitUntilShown("amelie@jabber.example")
        waitUntilShown("The link says “Amelie D”")
        assertTrue(core.asked.none { it.startsWith("start") })
        rule.onNodeWithTag("accept").performScrollTo().performClick()
        rule.waitUntil("started", PATIENCE) {
            core.asked.any { it == "start 1 xmpp:amelie@jabber.example?roster;preauth=token;name=Amelie%20D" }
        }
        rule.waitUntil("the chat", PATIENCE) { top() is Place.Chat }
        model.back()
        rule.waitUntil("the way back leads past the scanner", PATIENCE) { top() is Place.NewChat }
    }

    @Test
    fun `the camera's frames are read, one at a time, and the first that leads somewhere is it`() {
        val found = CopyOnWriteArrayList<org.linnet.core.Link>()
        val scan = ScanModel(scope) { found += it }
        val code = drawn("xmpp:bob@example.org?roster;preauth=t", 6)
        val frame = Frame(ByteArray(640 * 480) { pixel(code, it % 640 - 40, it / 640 - 20) }, 640, 480, 640)
        scan.frame(Frame(ByteArray(10), 640, 480, 640))
        rule.waitUntil("again", PATIENCE) { scan.wantsFrame }
        scan.frame(frame)
        scan.frame(frame)
        rule.waitUntil("found", PATIENCE) { found.isNotEmpty() && scan.wantsFrame }
        scan.frame(frame)
        rule.waitUntil("looked at", PATIENCE) { scan.wantsFrame }
        assertEquals("bob@example.org", found.single().address)
    }

    @Test
    fun `links from outside are shown, junk is told, and a text is only proposed`() {
        show()
        waitUntilShown("Bob Lindqvist")
        model.openLink("xmpp:%")
        waitUntilShown("This link leads to nobody.")
        model.openLink("xmpp:alice@example.org?roster")
        waitUntilShown("That is you.")
        model.back()
        model.openLink("xmpp:bob@example.org?remove")
        waitUntilShown("Take this person off your contacts? Neither of you sees when the other is online. The chat stays.")
        assertTrue(core.asked.none { it.startsWith("remove") })
        rule.onNodeWithTag("accept").performScrollTo().performClick()
        rule.waitUntil("removed") { core.asked.any { it.startsWith("remove") && "bob@example.org" in it } }
        rule.waitUntil("back") { top() is Place.Chats }
        model.openLink("xmpp:bob@example.org?unsubscribe")
        waitUntilShown("See no more when this person is online? They stay a contact.")
        rule.onNodeWithTag("accept").performScrollTo().performClick()
        rule.waitUntil("unsubscribed") { "unsubscribe bob@example.org" in core.asked }
        rule.waitUntil("back again") { top() is Place.Chats }
        model.openLink("https://chat.example:5281/invite?TOKEN")
        waitUntilShown("https://chat.example:5281/invite?TOKEN")
        model.back()
        model.openLink("xmpp:bob@example.org?message;body=Hello%20there")
        waitUntilShown("Start a chat with this address? The person will be asked to be your contact.")
        rule.onNodeWithTag("accept").performClick()
        rule.waitUntil("the chat", PATIENCE) { top() is Place.Chat }
        waitUntilShown("Hello there")
        assertTrue(core.asked.none { it.startsWith("send") })
    }

    @Test
    fun `a link waits for who has to sign in first`() {
        core.accounts.value = emptyList()
        show()
        waitUntilShown("Welcome to Linnet")
        model.openLink("xmpp:bob@example.org?roster;preauth=token")
        waitUntilShown("For this you need an account. Sign in, and Linnet comes back to it.")
        rule.onNodeWithTag("accept").performClick()
        rule.waitUntil("the sign-in", PATIENCE) { top() is Place.SignIn }
        core.accounts.value = listOf(Fixtures.account.copy(connection = Connection.Online, signedIn = true))
        waitUntilShown("Add this person? You will be contacts at once, and see of each other when you are online.")
        rule.onNodeWithText("Add contact").assertIsDisplayed()
    }

    @Test
    fun `who has no account follows an invitation to one`() {
        core.accounts.value = emptyList()
        show()
        waitUntilShown("Welcome to Linnet")
        val link = "xmpp:bob@example.org?roster;preauth=token;ibr=y"
        model.openLink(link)
        waitUntilShown("With this invitation you get an account on example.org, and this person as your first contact.")
        rule.onNodeWithTag("accept").performClick()
        rule.waitUntil("asked", PATIENCE) { "follow $link" in core.asked }
        model.openLink("xmpp:carol@example.org?register;preauth=other")
        waitUntilShown("An invitation for an account on example.org.")
        rule.onNodeWithTag("accept").performClick()
        rule.waitUntil("asked", PATIENCE) { "follow xmpp:carol@example.org?register;preauth=other" in core.asked }
    }

    @Test
    fun `who has no account scans or pastes an invitation, and what is none is said kindly`() {
        core.accounts.value = emptyList()
        show()
        waitUntilShown("Welcome to Linnet")
        rule.onNodeWithTag("invitation").performScrollTo().performClick()
        waitUntilShown("Scan the code of your invitation, choose a picture of it, or paste its link.")
        val none = "This is no invitation. Ask whoever invited you to show or send it once more."
        pick(png(drawn("WIFI:S:home;T:WPA;P:secret;;")))
        waitUntilShown(none)
        rule.onNodeWithTag("link").performScrollTo().performTextReplacement("xmpp:room@muc.example.org?join")
        waitUntilShown("Scan the code of your invitation, choose a picture of it, or paste its link.")
        rule.onNodeWithTag("follow").performScrollTo().performClick()
        waitUntilShown(none)
        val page = " https://invite.example/i/#bob@example.org?roster;preauth=token;ibr=y "
        rule.onNodeWithTag("link").performScrollTo().performTextReplacement(page)
        rule.onNodeWithTag("follow").performScrollTo().performClick()
        waitUntilShown("With this invitation you get an account on example.org, and this person as your first contact.")
        rule.onNodeWithTag("accept").performClick()
        rule.waitUntil("asked", PATIENCE) { "follow xmpp:bob@example.org?roster;preauth=token;ibr=y" in core.asked }
        model.leaveSignUp()
        model.back()
        rule.waitUntil("the way back leads past the scanner", PATIENCE) { top() is Place.SignIn }

        rule.onNodeWithTag("invitation").performScrollTo().performClick()
        waitUntilShown("Link of the invitation")
        pick(png(drawn("xmpp:example.org?register;preauth=other")))
        waitUntilShown("An invitation for an account on example.org.")
        rule.onNodeWithTag("accept").performClick()
        rule.waitUntil("asked", PATIENCE) { "follow xmpp:example.org?register;preauth=other" in core.asked }
    }

    @Test
    fun `an invitation in the address's place is opened like any other`() {
        core.accounts.value = emptyList()
        show()
        waitUntilShown("Welcome to Linnet")
        rule.onNodeWithTag("address").performTextReplacement("https://bank.example@evil.example/")
        rule.onNodeWithTag("sign-in").performScrollTo().performClick()
        waitUntilShown("This link leads to nobody.")
        rule.onNodeWithTag("address").performScrollTo()
            .performTextReplacement("https://invite.example/#bob@example.org?roster;preauth=token;ibr=y")
        rule.onNodeWithTag("sign-in").performScrollTo().assertIsEnabled().performClick()
        waitUntilShown("With this invitation you get an account on example.org, and this person as your first contact.")
        assertTrue("no password goes anywhere", core.asked.none { it.startsWith("add") })
        model.back()
        rule.waitUntil("the sign-in", PATIENCE) { top() is Place.SignIn }
        assertEquals("", (top() as Place.SignIn).model.fields.address.text.toString())
        rule.onNodeWithTag("sign-in").performScrollTo().assertIsNotEnabled()
    }

    private fun invitation(state: ServerInvitation) = core.codes.update { all -> all.map { it.copy(invitation = state) } }

    private fun top() = (model.shown.value as? Shown.Top)?.place

    private fun openNewChat() {
        waitUntilShown("Bob Lindqvist")
        rule.onNodeWithTag("new-chat").performClick()
        waitUntilShown("Note to self")
    }

    private fun pick(bytes: ByteArray?) {
        picture = bytes
        rule.onNodeWithTag("picture").performClick()
    }

    private fun show() {
        model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone)
        device = english.copy(copy = { copied += it }, pickPicture = { picked -> picked(picture) })
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) { LinnetApp(model, device, dark = false) }
        }
    }

    private fun waitUntilShown(text: String) = rule.waitUntil(text, PATIENCE) {
        rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()
    }

    private fun drawn(text: String, scale: Int = 4): BufferedImage {
        val code = drawQr(text)
        val side = (code.side.toInt() + 8) * scale
        val image = BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY)
        for (y in 0 until side) for (x in 0 until side) {
            val (column, row) = x / scale - 4 to y / scale - 4
            val inside = column in 0 until code.side.toInt() && row in 0 until code.side.toInt()
            val dark = inside && code.modules[row * code.side.toInt() + column] == 1.toByte()
            image.setRGB(x, y, if (dark) 0xff000000.toInt() else 0xffffffff.toInt())
        }
        return image
    }

    private fun pixel(code: BufferedImage, x: Int, y: Int): Byte =
        if (x in 0 until code.width && y in 0 until code.height) code.getRGB(x, y).toByte() else 200.toByte()

    private fun png(image: BufferedImage): ByteArray =
        ByteArrayOutputStream().also { ImageIO.write(image, "png", it) }.toByteArray()
}
