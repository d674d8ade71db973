package org.linnet.app

import android.app.Activity
import android.app.Notification
import android.app.NotificationManager
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.graphics.Rect
import android.net.Uri
import android.os.Bundle
import android.os.Looper
import android.os.Parcel
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isDialog
import androidx.compose.ui.test.junit4.v2.createAndroidComposeRule
import androidx.compose.ui.test.longClick
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.performTouchInput
import androidx.core.app.NotificationCompat
import androidx.core.graphics.createBitmap
import androidx.lifecycle.Lifecycle
import androidx.test.platform.app.InstrumentationRegistry
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.linnet.core.QrCode
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import java.io.File
import java.util.concurrent.TimeUnit
import kotlin.random.Random

/** Alice's Activity with the real core, a real server, and bob: nothing between the finger and the wire is made up. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(
    sdk = [35],
    application = TestApplication::class,
    shadows = [RecentsShadow::class],
    qualifiers = "w411dp-h891dp-xhdpi",
)
class EndToEndTest {
    @get:Rule
    val rule = createAndroidComposeRule<MainActivity>()

    @get:Rule
    val folder = TemporaryFolder()

    private val wire = Wire()
    private var bob: Peer? = null

    /** The server keeps what earlier tests wrote, so every word is new. */
    private val salt = Random.nextInt(1_000_000)

    @After
    fun end() {
        bob?.close()
        wire.close()
    }

    @Test
    fun `alice signs in, writes to bob, and reads his answer`() {
        signIn()
        picture("end-to-end-1-chats")
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        val chat = peer.chatWith(Server.alice)

        openChatWithBob()
        write("Hello Bob $salt")
        await("bob has it") { "Hello Bob $salt" in chat.received }
        await("the server has it, and says so") { arrived("Hello Bob $salt") }

        chat.send("Hello Alice $salt 🎉")
        await("alice has it") { shown("Hello Alice $salt 🎉") }
        rule.onNodeWithText("Hello Alice $salt 🎉").assertIsDisplayed()
        repeat(3) { chat.send("And $it more of $salt") }
        await("all of them") { shown("And 2 more of $salt") }
        rule.onNodeWithText("And 2 more of $salt").assertIsDisplayed()
        picture("end-to-end-2-chat")

        rule.onNodeWithContentDescription("Back").performClick()
        await("the list tells of it") { shown("And 2 more of $salt") && shown("Chats") }
        await("and that it was read") {
            rule.onAllNodes(hasContentDescription("unread", substring = true), useUnmergedTree = true)
                .fetchSemanticsNodes().isEmpty()
        }
        chat.send("While you were away $salt")
        await("one unread message") {
            rule.onAllNodes(hasContentDescription("1 unread message"), useUnmergedTree = true)
                .fetchSemanticsNodes().isNotEmpty()
        }
        picture("end-to-end-3-unread")
    }

    @Test
    fun `a newcomer makes an account on a server of her own choice and writes to an address`() {
        await("the welcome") { shown("Welcome to Linnet") }
        val began = System.nanoTime()
        val taps = ArrayList<String>()
        fun tap(tag: String) {
            taps += tag
            rule.onNodeWithTag(tag).performClick()
        }
        tap("sign-up")
        await("the servers") { shown("My own server") }
        picture("end-to-end-11-servers")
        tap("own")
        await("which one") { rule.onAllNodes(hasTestTag("domain")).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("domain").performTextInput(Server.domain)
        // No name service knows the test's server.
        rule.onNodeWithText("Server settings").performClick()
        rule.onNodeWithTag("host").performTextInput("127.0.0.1")
        rule.onNodeWithTag("port").performTextReplacement("${wire.port}")
        tap("continue")
        await("its questions") { rule.onAllNodes(hasTestTag("field/username")).fetchSemanticsNodes().isNotEmpty() }
        // Somebody has this name already.
        rule.onNodeWithTag("field/username").performTextInput("bob")
        tap("create")
        await("it is taken") { shown("Someone else has this name already. Try another.") }
        rule.onNodeWithTag("field/username").performTextReplacement("newcomer$salt")
        picture("end-to-end-12-form")
        tap("create")
        await("she is in") { shown("Chats") }
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        val chat = peer.chatWith("newcomer$salt@${Server.domain}")
        tap("new-chat")
        await("the new-chat screen") { rule.onAllNodes(hasTestTag("peer")).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("peer").performTextInput(Server.bob)
        tap("start")
        await("the chat") { rule.onAllNodes(hasTestTag("draft")).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("draft").performTextInput("I am new here $salt")
        tap("send")
        await("bob has it") { "I am new here $salt" in chat.received }
        val seconds = (System.nanoTime() - began) / 1_000_000_000
        println("  ${taps.size} taps besides typing, $seconds s: $taps")
        assertTrue("$taps", taps.size <= 12)
        assertTrue("$seconds s", seconds <= 60)
    }

    @Test
    @Config(application = ListedApplication::class)
    fun `from the welcome over a listed server and bob's code to the first message`() {
        ListedApplication.port = wire.port
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        peer.showCode()
        await("bob shows his code") { peer.code != null }
        val code = screenshot(checkNotNull(peer.code))
        await("the welcome") { shown("Welcome to Linnet") }
        val began = System.nanoTime()
        val taps = ArrayList<String>()
        fun tap(tag: String) {
            await(tag) { rule.onAllNodes(hasTestTag(tag)).fetchSemanticsNodes().isNotEmpty() }
            taps += tag
            rule.onNodeWithTag(tag).performClick()
        }
        tap("sign-up")
        tap("server/${Server.domain}")
        await("its questions") { rule.onAllNodes(hasTestTag("field/username")).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("field/username").performTextInput("guest$salt")
        tap("create")
        tap("new-chat")
        tap("scan")
        picture("end-to-end-13-scan")
        tap("picture")
        // The system's own screen.
        taps += "(the screenshot)"
        val wanted = shadowOf(rule.activity).nextStartedActivityForResult.intent
        val chosen = Intent().setData(Uri.fromFile(code))
        rule.runOnUiThread { shadowOf(rule.activity).receiveResult(wanted, Activity.RESULT_OK, chosen) }
        await("whose code it is") { shown(Server.bob) }
        picture("end-to-end-14-code")
        tap("accept")
        await("the chat") { rule.onAllNodes(hasTestTag("draft")).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("draft").performTextInput("I am new here $salt")
        tap("send")
        val guest = "guest$salt@${Server.domain}"
        // At once on his list: whoever has his code is no stranger.
        await("bob has her on his list") { peer.lists(guest) }
        val chat = peer.chatWith(guest)
        await("bob has it") { "I am new here $salt" in chat.received }
        val seconds = (System.nanoTime() - began) / 1_000_000_000
        await("they see each other") { chat.other?.let { it.weSee && it.seesUs } == true }
        val listed = listOf(
            "sign-up", "server/${Server.domain}", "create", "new-chat", "scan", "picture", "(the screenshot)", "accept",
            "send",
        )
        assertEquals("of the twelve that are allowed", listed, taps)
        assertTrue("$seconds s", seconds <= 60)
    }

    @Test
    @Config(application = ListedApplication::class)
    fun `from the welcome over a pasted invitation to the first message to whoever invited`() {
        ListedApplication.port = wire.port
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        peer.showCode()
        await("bob has a link") { peer.link != null }
        await("the welcome") { shown("Welcome to Linnet") }
        rule.onNodeWithTag("invitation").performScrollTo().performClick()
        await("where to put it") { rule.onAllNodes(hasTestTag("link")).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("link").performScrollTo().performTextInput("We met at the lake $salt")
        rule.onNodeWithTag("follow").performScrollTo().performClick()
        await("it is none") {
            shown("This is no invitation. Ask whoever invited you to show or send it once more.")
        }
        picture("end-to-end-15-no-invitation")
        // As pages for invitations have it, where their servers do not see it.
        val page = "https://invite.example/#${checkNotNull(peer.link).removePrefix("xmpp:")};ibr=y"
        rule.onNodeWithTag("link").performScrollTo().performTextReplacement(page)
        rule.onNodeWithTag("follow").performScrollTo().performClick()
        await("whose it is") { shown(Server.bob) }
        rule.onNodeWithTag("accept").performScrollTo().performClick()
        await("its questions") { rule.onAllNodes(hasTestTag("field/username")).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("field/username").performTextInput("invited$salt")
        rule.onNodeWithTag("create").performScrollTo().performClick()
        await("bob is on her list") { rule.onAllNodes(hasTestTag("chat/${Server.bob}")).fetchSemanticsNodes().isNotEmpty() }
        picture("end-to-end-16-invited")
        rule.onNodeWithTag("chat/${Server.bob}").performClick()
        await("the chat") { rule.onAllNodes(hasTestTag("draft")).fetchSemanticsNodes().isNotEmpty() }
        write("Thank you for the invitation $salt")
        val guest = "invited$salt@${Server.domain}"
        await("bob has her on his list") { peer.lists(guest) }
        val chat = peer.chatWith(guest)
        await("bob has it") { "Thank you for the invitation $salt" in chat.received }
    }

    @Test
    fun `a link from another app waits for the sign-in, is shown, and only proposes its text`() {
        await("the welcome") { shown("Welcome to Linnet") }
        val link = Uri.parse("xmpp:${Server.bob}?message;body=Proposed%20$salt")
        rule.runOnUiThread {
            val view = Intent(Intent.ACTION_VIEW, link).setPackage(rule.activity.packageName)
            InstrumentationRegistry.getInstrumentation().callActivityOnNewIntent(rule.activity, view)
        }
        await("it is shown") { shown("For this you need an account. Sign in, and Linnet comes back to it.") }
        rule.onNodeWithTag("accept").performClick()
        await("the sign-in") { shown("Welcome to Linnet") }
        fillIn(Server.password)
        await("it is shown again") { shown("Start a chat with this address?", substring = true) }
        picture("end-to-end-link")
        rule.onNodeWithTag("accept").performClick()
        await("the text is proposed") { shown("Proposed $salt") }
        assertEquals(0, rule.onAllNodes(bubble("Proposed $salt")).fetchSemanticsNodes().size)
    }

    @Test
    fun `a wrong password is told, and the right one lets her in`() {
        await("the welcome") { shown("Welcome to Linnet") }
        fillIn("not $salt")
        await("it is refused") { shown("The password doesn't fit this address.") }
        picture("end-to-end-4-refused")
        rule.onNodeWithTag("password").performTextReplacement(Server.password)
        rule.onNodeWithTag("sign-in").performClick()
        await("she is in") { shown("Chats") }
    }

    @Test
    fun `a message to nobody fails with a reason and can be tried again`() {
        signIn()
        newChat("nobody$salt@${Server.domain}")
        write("Is anyone there? $salt")
        await("it comes back") { shown("Not sent", substring = true) }
        picture("end-to-end-5-failed")
        wire.hold()
        rule.onNode(hasText("Try again")).performClick()
        await("it is on its way again") { stateOf("Is anyone there? $salt").endsWith("Sending") }
        wire.release()
        await("and comes back again") { shown("Not sent", substring = true) }
    }

    @Test
    fun `what is written without a network goes out when it is back, once`() {
        signIn()
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        val chat = peer.chatWith(Server.alice)
        openChatWithBob()
        wire.cut()
        await("the banner says that the connection is gone") { shown("Next try in", substring = true) }
        write("In a tunnel $salt")
        assertTrue(stateOf("In a tunnel $salt").endsWith("Sending"))
        picture("end-to-end-7-tunnel")
        wire.mend()
        rule.onNodeWithText("Try now").performClick()
        await("bob has it") { "In a tunnel $salt" in chat.received }
        await("the server has it, and says so") { arrived("In a tunnel $salt") }
        chat.send("Back in the light $salt")
        await("alice has the answer") { shown("Back in the light $salt") }
        assertEquals(1, chat.received.count { it == "In a tunnel $salt" })
    }

    @Test
    fun `a turn of the screen keeps the chat, the draft and the connection`() {
        signIn()
        openChatWithBob()
        write("Before the turn $salt")
        rule.onNodeWithTag("draft").performTextInput("Half a tho")
        rule.activityRule.scenario.recreate()
        await("the message is still there") { shown("Before the turn $salt") }
        rule.onNodeWithText("Half a tho").assertIsDisplayed()
        await("the server has it") { arrived("Before the turn $salt") }
        rule.runOnUiThread { rule.activity.onBackPressedDispatcher.onBackPressed() }
        await("back leads to the list") { shown("Chats") }
    }

    @Test
    fun `a turn of the screen keeps what stands in a dialog, and a password stays out of what Android keeps`() {
        signIn()
        rule.onNodeWithTag("account").performClick()
        await("her account") { rule.onAllNodes(hasTestTag("account/password")).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("account/password").performScrollTo().performClick()
        rule.onNodeWithTag("next-password").performTextReplacement("correct horse $salt")
        val saved = Bundle()
        rule.runOnUiThread {
            InstrumentationRegistry.getInstrumentation().callActivityOnSaveInstanceState(rule.activity, saved)
        }
        assertFalse("correct horse" in written(saved))
        rule.activityRule.scenario.recreate()
        await("it is still there") { shown("correct horse $salt") }
    }

    /** As it would lie on the disk: texts are UTF-16 there. */
    private fun written(saved: Bundle): String {
        val parcel = Parcel.obtain()
        saved.writeToParcel(parcel, 0)
        return parcel.marshall().toString(Charsets.UTF_16LE).also { parcel.recycle() }
    }

    @Test
    fun `a note to self goes out once and comes back never`() {
        signIn()
        rule.onNodeWithTag("new-chat").performClick()
        await("the note is offered") { shown("Note to self") }
        rule.onNodeWithTag("note-to-self").performClick()
        await("its chat") { rule.onAllNodes(hasTestTag("draft")).fetchSemanticsNodes().isNotEmpty() }
        write("Milk $salt")
        await("sent") { arrived("Milk $salt") }
        assertEquals(1, rule.onAllNodes(bubble("Milk $salt")).fetchSemanticsNodes().size)
    }

    @Test
    fun `asleep it lets the server go, and awake it has what came meanwhile`() {
        signIn()
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        openChatWithBob()
        rule.activityRule.scenario.moveToState(Lifecycle.State.CREATED)
        // The patience is measured by the looper's clock, which stands still in Robolectric.
        shadowOf(Looper.getMainLooper()).idleFor(2, TimeUnit.SECONDS)
        await("nothing is connected any more") { !wire.carries }
        peer.chatWith(Server.alice).send("Good night $salt")
        rule.activityRule.scenario.moveToState(Lifecycle.State.RESUMED)
        await("alice has it") { shown("Good night $salt") }
        assertTrue(wire.carries)
    }

    @Test
    fun `kept awake it tells what comes, a tap opens the chat, and reading takes the notification away`() {
        signIn()
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        val linnet = rule.activity.application as LinnetApplication
        await("the service is asked for") {
            shadowOf(linnet).peekNextStartedService()?.component?.className == ConnectionService::class.java.name
        }
        val service = Robolectric.buildService(ConnectionService::class.java).create().startCommand(0, 1)
        rule.activityRule.scenario.moveToState(Lifecycle.State.CREATED)
        shadowOf(Looper.getMainLooper()).idleFor(2, TimeUnit.SECONDS)
        val chat = peer.chatWith(Server.alice)
        chat.send("Are you there? $salt")
        await("it is told") { told().any { "Are you there? $salt" in it.words } }
        assertTrue(wire.carries)
        chat.send("Hello? $salt")
        await("the second in the same place") { told().singleOrNull()?.let { "Hello? $salt" in it.words } == true }
        val notification = told().single().notification
        // What an earlier test left unread counts, too: the server knows how far she has read.
        val public = notification.publicVersion.extras.getCharSequence("android.text").toString()
        assertTrue(public, Regex("[2-9] new messages").matches(public))
        rule.activityRule.scenario.moveToState(Lifecycle.State.RESUMED)
        val tapped = shadowOf(notification.contentIntent).savedIntent
        rule.runOnUiThread {
            InstrumentationRegistry.getInstrumentation().callActivityOnNewIntent(rule.activity, tapped)
        }
        await("its chat") { shown("Hello? $salt") && rule.onAllNodes(hasTestTag("draft")).fetchSemanticsNodes().any() }
        await("nothing is left to tell") { told().isEmpty() }
        service.destroy()
    }

    @Test
    fun `what is read on her other device is told no more`() {
        signIn()
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        Peer(Server.alice, folder.root, "second").use { second ->
            await("her other device is online") { second.online }
            val service = Robolectric.buildService(ConnectionService::class.java).create().startCommand(0, 1)
            rule.activityRule.scenario.moveToState(Lifecycle.State.CREATED)
            shadowOf(Looper.getMainLooper()).idleFor(2, TimeUnit.SECONDS)
            val there = second.chatWith(Server.bob)
            peer.chatWith(Server.alice).send("On both $salt")
            await("it is told here") { told().any { "On both $salt" in it.words } }
            await("it is there as well") { "On both $salt" in there.received }
            there.read("On both $salt")
            await("it is told no more") { told().isEmpty() }
            service.destroy()
        }
    }

    @Test
    fun `a message arrives, is read, and both are seen`() {
        signIn()
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        val chat = peer.chatWith(Server.alice)
        openChatWithBob()
        write("Have you seen this? $salt")
        await("bob has it") { "Have you seen this? $salt" in chat.received }
        await("she sees that it arrived") { stateOf("Have you seen this? $salt").endsWith("Delivered") }
        chat.read("Have you seen this? $salt")
        await("and that he read it") { stateOf("Have you seen this? $salt").endsWith("Read") }
        chat.composing(true)
        await("and that he writes") { rule.onAllNodes(hasTestTag("typing-row")).fetchSemanticsNodes().isNotEmpty() }
        picture("end-to-end-9-writing")
        chat.send("I have $salt")
        await("what he wrote takes its place") {
            shown("I have $salt") && rule.onAllNodes(hasTestTag("typing-row")).fetchSemanticsNodes().isEmpty()
        }
    }

    @Test
    fun `a correction takes the old text's place on both sides, and the old one can be looked at`() {
        signIn()
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        val chat = peer.chatWith(Server.alice)
        openChatWithBob()
        write("Helo Bob $salt")
        await("bob has it") { "Helo Bob $salt" in chat.received }
        rule.onNode(bubble("Helo Bob $salt")).performTouchInput { longClick() }
        rule.onNodeWithText("Correct").performClick()
        rule.onNodeWithTag("draft").performTextReplacement("Hello Bob $salt")
        rule.onNodeWithTag("send").performClick()
        await("bob has the new text, and not the old") {
            "Hello Bob $salt" in chat.received && "Helo Bob $salt" !in chat.received
        }
        await("hers says so") { "edited" in stateOf("Hello Bob $salt") }
        chat.send("Hello Alcie $salt")
        await("his comes") { shown("Hello Alcie $salt") }
        chat.correct("Hello Alcie $salt", "Hello Alice $salt")
        await("his is corrected too") { shown("Hello Alice $salt") && !shown("Hello Alcie $salt") }
        rule.onNode(bubble("Hello Bob $salt")).performTouchInput { longClick() }
        rule.onNodeWithText("Earlier versions").performClick()
        await("what it said before") { shown("Helo Bob $salt") }
        picture("end-to-end-10-versions")
    }

    @Test
    @Config(application = SpoiltApplication::class)
    fun `a spoilt database is told, and starting afresh leads to the sign-in`() {
        await("it is told") { shown("Linnet can't open its data") }
        picture("end-to-end-8-spoilt")
        rule.onNodeWithText("Start afresh").performClick()
        rule.onNodeWithText("Start afresh on this device?").assertIsDisplayed()
        rule.onNode(hasText("Start afresh") and hasAnyAncestor(isDialog())).performClick()
        signIn()
    }

    @Test
    @Config(qualifiers = "+de-rDE")
    fun `the whole way in German`() {
        await("Willkommen") { shown("Willkommen bei Linnet") }
        fillIn(Server.password, more = "Server-Einstellungen")
        await("Chats") { rule.onAllNodes(hasTestTag("new-chat")).fetchSemanticsNodes().isNotEmpty() }
        openChatWithBob()
        write("Grüß dich $salt")
        await("gesendet") { arrived("Grüß dich $salt") }
        picture("end-to-end-6-german")
    }

    /** A code as somebody's camera or screen has it, with the white around it that readers need. */
    private fun screenshot(code: QrCode): File {
        val side = code.side.toInt()
        val bitmap = createBitmap((side + 8) * MODULE, (side + 8) * MODULE).apply { eraseColor(Color.WHITE) }
        val canvas = Canvas(bitmap)
        val black = Paint().apply { color = Color.BLACK }
        for (at in code.modules.indices) {
            if (code.modules[at] != 1.toByte()) continue
            val (x, y) = (at % side + 4) * MODULE to (at / side + 4) * MODULE
            canvas.drawRect(Rect(x, y, x + MODULE, y + MODULE), black)
        }
        val file = folder.newFile("code.png")
        file.outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
        return file
    }

    /** A message's notification, with all that it says in one. */
    private class Told(val notification: Notification) {
        val words = NotificationCompat.MessagingStyle.extractMessagingStyleFromNotification(notification)
            ?.messages.orEmpty().joinToString("\n") { "${it.text}" }
    }

    private fun told(): List<Told> = rule.activity.getSystemService(NotificationManager::class.java)
        .activeNotifications.filter { it.tag != null }.map { Told(it.notification) }

    private fun signIn() {
        await("the welcome") { shown("Welcome to Linnet") }
        fillIn(Server.password)
        await("signed in") { shown("Chats") }
    }

    private fun fillIn(password: String, more: String = "Server settings") {
        rule.onNodeWithTag("address").performTextInput(Server.alice)
        rule.onNodeWithTag("password").performTextInput(password)
        rule.onNodeWithText(more).performClick()
        rule.onNodeWithTag("host").performTextInput("127.0.0.1")
        rule.onNodeWithTag("port").performTextReplacement("${wire.port}")
        rule.onNodeWithTag("sign-in").performClick()
    }

    private fun openChatWithBob() = newChat(Server.bob)

    private fun newChat(address: String) {
        rule.onNodeWithTag("new-chat").performClick()
        await("the new-chat screen") { rule.onAllNodes(hasTestTag("peer")).fetchSemanticsNodes().isNotEmpty() }
        rule.onNodeWithTag("peer").performTextInput(address)
        rule.onNodeWithTag("start").performClick()
        await("the chat") { rule.onAllNodes(hasTestTag("draft")).fetchSemanticsNodes().isNotEmpty() }
        await("whose it is") { rule.onAllNodes(hasTestTag("details")).fetchSemanticsNodes().isNotEmpty() }
    }

    private fun write(text: String) {
        rule.onNodeWithTag("draft").performTextInput(text)
        rule.onNodeWithTag("send").performClick()
        await("\"$text\" on screen") { rule.onAllNodes(bubble(text)).fetchSemanticsNodes().isNotEmpty() }
    }

    private fun bubble(text: String) = hasTestTag("message") and hasText(text)

    private fun stateOf(text: String): String =
        rule.onNode(bubble(text)).fetchSemanticsNode().config[SemanticsProperties.StateDescription]

    /** The server has it, or someone further along the way. */
    private fun arrived(text: String): Boolean {
        val words = listOf(R.string.message_sent, R.string.message_delivered, R.string.message_read)
        return words.any { stateOf(text).endsWith(rule.activity.getString(it)) }
    }

    private fun shown(text: String, substring: Boolean = false) =
        rule.onAllNodes(hasText(text, substring), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()

    /** Pumps the main looper: what Rust does, no idling resource knows. */
    private fun await(what: String, millis: Long = 30_000, condition: () -> Boolean) {
        val started = System.nanoTime()
        rule.waitUntil(what, millis, condition)
        println("  $what: ${(System.nanoTime() - started) / 1_000_000} ms")
    }

    private fun picture(name: String) {
        rule.waitForIdle()
        rule.runOnUiThread { savePicture(rule.activity.window.decorView, name) }
    }

    private companion object {
        /** Pixels of a module of a code. */
        const val MODULE = 6
    }
}
