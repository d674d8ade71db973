package org.linnet.app

import android.app.Activity
import android.app.NotificationManager
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Color
import android.net.Uri
import android.os.Looper
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createAndroidComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import androidx.core.graphics.createBitmap
import androidx.lifecycle.Lifecycle
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.linnet.core.Availability
import org.linnet.core.MessageState
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import java.io.File
import java.util.concurrent.TimeUnit
import kotlin.random.Random

/** What a person says of herself and to whom, clicked through on the real core and a real server, with bob as witness. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(
    sdk = [35],
    application = TestApplication::class,
    shadows = [RecentsShadow::class],
    qualifiers = "w411dp-h891dp-xhdpi",
)
class ClickThroughTest {
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
    fun `what she chooses to be is seen by bob, and what he writes then makes no sound`() {
        signIn(Server.alice)
        val chat = bobsChat()
        await("bob sees her") { chat.sees(Availability.AVAILABLE, null) }
        rule.onNodeWithContentDescription("Your presence: Available").performClick()
        await("her presence") { there("show/DO_NOT_DISTURB") }
        rule.onNodeWithTag("show/DO_NOT_DISTURB").performClick()
        rule.onNodeWithTag("status").performTextReplacement("Writing $salt")
        rule.onNodeWithTag("save").performScrollTo().performClick()
        await("bob sees it") { chat.sees(Availability.DO_NOT_DISTURB, "Writing $salt") }
        rule.onNodeWithTag("show/DO_NOT_DISTURB").assertIsSelected()
        picture("click-through-presence")
        rule.onNodeWithContentDescription("Back").performClick()
        await("the list says so") {
            rule.onAllNodes(hasContentDescription("Your presence: Please don't disturb")).fetchSemanticsNodes().isNotEmpty()
        }

        val service = Robolectric.buildService(ConnectionService::class.java).create().startCommand(0, 1)
        rule.activityRule.scenario.moveToState(Lifecycle.State.CREATED)
        shadowOf(Looper.getMainLooper()).idleFor(2, TimeUnit.SECONDS)
        chat.send("Quietly $salt")
        await("it is told") { channels().isNotEmpty() }
        assertEquals(setOf(Notifications.SILENT), channels())
        rule.activityRule.scenario.moveToState(Lifecycle.State.RESUMED)
        rule.onNodeWithTag("presence/open").performClick()
        await("her presence again") { there("clear") }
        rule.onNodeWithTag("show/AVAILABLE").performScrollTo().performClick()
        rule.onNodeWithTag("status").performScrollTo().performTextReplacement("Back $salt")
        rule.onNodeWithTag("save").performScrollTo().performClick()
        await("bob sees that, too") { chat.sees(Availability.AVAILABLE, "Back $salt") }
        service.destroy()
    }

    @Test
    fun `bob alone does not learn what has arrived, until he may again`() {
        signIn(Server.alice)
        val chat = bobsChat()
        openChatWith(Server.bob)
        except("RECEIPTS", "false", "Never")
        except("READ_MARKERS", "false", "Never")
        chat.send("First $salt")
        await("she has it") { shown("First $salt") }
        except("RECEIPTS", "null", "As for everyone (on)")
        chat.send("Second $salt")
        await("bob learns that it arrived") { chat.stateOf("Second $salt") == MessageState.Delivered }
        assertEquals("of the one before he never learned", MessageState.Sent, chat.stateOf("First $salt"))
    }

    @Test
    fun `her picture reaches bob, and goes again`() {
        signIn(Server.alice)
        val chat = bobsChat()
        rule.onNodeWithTag("account").performClick()
        await("the account") { there("profile") }
        rule.onNodeWithTag("profile").performScrollTo().performClick()
        await("the profile") { there("pick") }
        rule.onNodeWithTag("pick").performClick()
        val wanted = shadowOf(rule.activity).nextStartedActivityForResult.intent
        val chosen = Intent().setData(Uri.fromFile(lake()))
        rule.runOnUiThread { shadowOf(rule.activity).receiveResult(wanted, Activity.RESULT_OK, chosen) }
        await("it is to be cut out") { there("crop") }
        picture("click-through-crop")
        rule.onNodeWithTag("use").performClick()
        await("it is hers") { there("remove") }
        await("bob sees it") { chat.other?.picture != null }
        assertNotNull("and has the file", bob?.picture(checkNotNull(chat.other?.picture)))
        picture("click-through-picture")
        rule.onNodeWithTag("remove").performScrollTo().performClick()
        await("it is nobody's any more") { chat.other?.picture == null }
    }

    @Test
    fun `a second account is added, named and coloured, and tells of itself`() {
        signIn(Server.alice)
        rule.onNodeWithTag("account").performClick()
        await("the account") { there("profile") }
        rule.onNodeWithText("Add another account").performScrollTo().performClick()
        await("the form") { there("sign-in") }
        fillIn(Server.bob)
        await("back on the account") { there("profile") }
        rule.onNodeWithContentDescription("Back").performClick()
        await("both in one list") { there("chips") && there("chip/${Server.bob}") }
        rule.onNodeWithTag("accounts").performClick()
        await("the accounts") { there("account/${Server.bob}") }
        rule.onNodeWithTag("account/${Server.bob}").performClick()
        await("his account") { there("look") }
        rule.onNodeWithTag("look").performScrollTo().performClick()
        rule.onNodeWithTag("name").performTextReplacement("Work")
        rule.onNodeWithTag("colour/PINK").performClick()
        rule.onNodeWithTag("look-save").performClick()
        await("its name") { shown("Work") }
        picture("click-through-second-account")
        rule.onNodeWithContentDescription("Back").performClick()
        await("the accounts again") { there("account/${Server.bob}") }
        rule.onNodeWithContentDescription("Back").performClick()
        await("the list says it by its name") { shown("Work") }
        rule.onNodeWithTag("presence/open").performClick()
        await("each has its own presence") { shown("Work: Available") }
        rule.onNodeWithTag("presence/${Server.bob}").performClick()
        await("whose it is") { shown("Work") && there("show/AWAY") }
    }

    /** On one of her devices: the server may still hold a session of an earlier test's. */
    private fun Peer.Chat.sees(availability: Availability, status: String?) =
        other?.devices.orEmpty().any { it.availability == availability && (status == null || it.status == status) }

    /** In her chat with bob: what he learns of it. */
    private fun except(setting: String, choice: String, words: String) {
        rule.onNodeWithTag("details").performClick()
        await("bob's details") { there("exception/$setting") }
        rule.onNodeWithTag("exception/$setting").performScrollTo().performClick()
        rule.onNodeWithTag("exception/$choice").performClick()
        val chosen = hasTestTag("exception/$setting") and hasText(words)
        await("it is chosen") { rule.onAllNodes(chosen).fetchSemanticsNodes().isNotEmpty() }
        picture("click-through-exception")
        rule.onNodeWithContentDescription("Back").performClick()
        await("the chat again") { there("draft") }
    }

    private fun bobsChat(): Peer.Chat {
        val peer = Peer(Server.bob, folder.root).also { bob = it }
        await("bob is online") { peer.online }
        return peer.chatWith(Server.alice)
    }

    private fun lake(): File {
        val bitmap = createBitmap(640, 480).apply { eraseColor(Color.rgb(44, 106, salt % 256)) }
        val file = folder.newFile("lake.png")
        file.outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
        return file
    }

    private fun channels(): Set<String> = rule.activity.getSystemService(NotificationManager::class.java)
        .activeNotifications.filter { it.tag != null }.mapTo(HashSet()) { it.notification.channelId }

    private fun signIn(address: String) {
        await("the welcome") { shown("Welcome to Linnet") }
        fillIn(address)
        await("signed in") { shown("Chats") }
    }

    private fun fillIn(address: String) {
        rule.onNodeWithTag("address").performTextInput(address)
        rule.onNodeWithTag("password").performTextInput(Server.password)
        rule.onNodeWithText("Server settings").performClick()
        rule.onNodeWithTag("host").performTextInput("127.0.0.1")
        rule.onNodeWithTag("port").performTextReplacement("${wire.port}")
        rule.onNodeWithTag("sign-in").performClick()
    }

    private fun openChatWith(address: String) {
        rule.onNodeWithTag("new-chat").performClick()
        await("the new-chat screen") { there("peer") }
        rule.onNodeWithTag("peer").performTextInput(address)
        rule.onNodeWithTag("start").performClick()
        await("the chat") { there("draft") && there("details") }
    }

    private fun there(tag: String) = rule.onAllNodes(hasTestTag(tag)).fetchSemanticsNodes().isNotEmpty()

    private fun shown(text: String) =
        rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()

    /** Pumps the main looper: what Rust does, no idling resource knows. */
    private fun await(what: String, condition: () -> Boolean) = rule.waitUntil(what, 30_000, condition)

    private fun picture(name: String) {
        rule.waitForIdle()
        rule.runOnUiThread { savePicture(rule.activity.window.decorView, name) }
    }
}
