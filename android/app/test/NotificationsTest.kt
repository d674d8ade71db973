package org.linnet.app

import android.app.Notification
import android.app.NotificationManager
import android.content.Context
import androidx.core.app.NotificationCompat
import androidx.test.core.app.ApplicationProvider
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.linnet.core.NotificationItem
import org.linnet.core.NotificationLine
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** What Android gets to show for what the core says is to be told. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [35], application = TestApplication::class, shadows = [RecentsShadow::class])
class NotificationsTest {
    private val context: Context = ApplicationProvider.getApplicationContext()
    private val system = context.getSystemService(NotificationManager::class.java)
    private val notifications = Notifications(context)

    @Test
    fun `one for each chat, with its newest lines`() {
        show(item(1, 10, 11), item(2, 20))
        assertEquals(setOf("chat/1", "chat/2"), posted().keys)
        val style = checkNotNull(NotificationCompat.MessagingStyle.extractMessagingStyleFromNotification(bob()))
        assertEquals(listOf("line 10", "line 11"), style.messages.map { "${it.text}" })
        assertEquals("Bob", "${style.messages.last().person?.name}")
        assertEquals(2, bob().number)
        assertEquals(Notifications.MESSAGES, bob().channelId)
    }

    @Test
    fun `a new line alerts, anything else is renewed in silence`() {
        show(item(1, 10))
        assertFalse(quiet())
        show(item(1, 10).copy(title = "Robert"))
        assertTrue(quiet())
        show(item(1, 10, 11))
        assertFalse(quiet())
    }

    @Test
    fun `read here or on another device, it goes`() {
        show(item(1, 10), item(2, 20))
        show(item(2, 20))
        assertEquals(setOf("chat/2"), posted().keys)
        show()
        assertTrue(posted().isEmpty())
    }

    @Test
    fun `what came before the process ended is withdrawn and not told again`() {
        show(item(1, 10), item(2, 20))
        system.cancel("chat/2", Notifications.ID)
        Notifications(context).show(listOf(item(2, 20)), null)
        assertTrue("one was read elsewhere, the other was swiped away", posted().isEmpty())
    }

    @Test
    fun `swiped away it stays away until there is something new`() {
        show(item(1, 10))
        system.cancel("chat/1", Notifications.ID)
        show(item(1, 10))
        assertTrue(posted().isEmpty())
        show(item(1, 10, 11))
        assertEquals(setOf("chat/1"), posted().keys)
    }

    @Test
    fun `the chat before one's eyes tells by itself`() {
        show(item(1, 10), item(2, 20), viewed = 1)
        assertEquals(setOf("chat/2"), posted().keys)
        show(item(1, 10), item(2, 20))
        assertEquals("nor is it told once it is left", setOf("chat/2"), posted().keys)
    }

    @Test
    fun `a locked screen shows neither who nor what`() {
        show(item(1, 10, 11))
        assertEquals(Notification.VISIBILITY_PRIVATE, bob().visibility)
        val seen = "${bob().publicVersion.extras}"
        assertTrue(seen, "2 new messages" in seen)
        assertFalse(seen, "Bob" in seen || "line" in seen)
    }

    @Test
    fun `a tap opens the chat, each its own`() {
        show(item(1, 10), item(2, 20))
        val chats = posted().values.map {
            shadowOf(it.contentIntent).savedIntent.getLongExtra(Notifications.CHAT, 0)
        }
        assertEquals(setOf(1L, 2L), chats.toSet())
    }

    @Test
    fun `with several accounts it says which`() {
        show(item(1, 10))
        assertEquals(null, bob().extras.getCharSequence("android.subText"))
        show(item(1, 10, 11).copy(accountTitle = "Work"))
        assertEquals("Work", bob().extras.getCharSequence("android.subText").toString())
        val seen = "${bob().publicVersion.extras}"
        assertFalse("a locked screen does not", "Work" in seen)
        show(item(1, 10, 11, 12).copy(title = "", accountTitle = "Work"))
        assertEquals("nor where nothing is told", null, bob().extras.getCharSequence("android.subText"))
    }

    @Test
    fun `who does not want to be disturbed is told without a sound`() {
        show(item(1, 10).copy(silent = true))
        assertEquals(Notifications.SILENT, bob().channelId)
        val channel = system.getNotificationChannel(Notifications.SILENT)
        assertEquals(NotificationManager.IMPORTANCE_LOW, channel.importance)
        assertEquals("Messages, silently", "${channel.name}")
        show(item(1, 10))
        assertEquals(Notifications.MESSAGES, bob().channelId)
        assertTrue("what was told is not told again with a sound", quiet())
    }

    @Test
    fun `the service shows itself quietly, and ends itself when it is not wanted any more`() {
        val linnet = context as LinnetApplication
        linnet.backgroundSetting.needed = true
        val wanted = Robolectric.buildService(ConnectionService::class.java).create().startCommand(0, 1)
        val shown = shadowOf(wanted.get()).lastForegroundNotification
        assertEquals(Notifications.CONNECTION, shown.channelId)
        assertEquals(NotificationManager.IMPORTANCE_MIN, system.getNotificationChannel(shown.channelId).importance)
        assertTrue(linnet.background.value)
        wanted.destroy()
        assertFalse(linnet.background.value)
        linnet.backgroundSetting.set(false)
        val unwanted = Robolectric.buildService(ConnectionService::class.java).create().startCommand(0, 1)
        assertTrue(shadowOf(unwanted.get()).isStoppedBySelf)
        assertFalse(linnet.background.value)
    }

    private fun item(chat: Long, vararg messages: Long) = NotificationItem(
        key = "chat/$chat",
        account = 1,
        chat = chat,
        title = "Bob",
        lines = messages.map { NotificationLine(it, "Bob", "line $it", 1_000 * it) },
        unread = messages.size.toUInt(),
    )

    private fun show(vararg items: NotificationItem, viewed: Long? = null) =
        notifications.show(items.toList(), viewed)

    private fun posted() = system.activeNotifications.filter { it.tag != null }.associate { it.tag to it.notification }
    private fun bob() = posted().getValue("chat/1")
    private fun quiet() = bob().flags and Notification.FLAG_ONLY_ALERT_ONCE != 0
}
