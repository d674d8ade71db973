package org.linnet.app

import android.app.Notification
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.graphics.BitmapFactory
import android.graphics.BitmapShader
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.Shader
import androidx.core.app.NotificationChannelCompat
import androidx.core.app.NotificationCompat
import androidx.core.app.NotificationManagerCompat
import androidx.core.app.Person
import androidx.core.content.edit
import androidx.core.graphics.createBitmap
import androidx.core.graphics.drawable.IconCompat
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.conflate
import org.linnet.core.NotificationItem
import org.linnet.ui.Core

/**
 * One notification a chat with unread messages: posted with a sound once for each new last line, renewed in silence,
 * withdrawn when the core's row goes, which is also when the messages were read on another device.
 *
 * What was told is kept on disk, so that neither a restart of the process nor a swipe of the user's is answered with
 * the same words again.
 */
class Notifications(private val context: Context) {
    private val system = context.getSystemService(NotificationManager::class.java)
    private val manager = NotificationManagerCompat.from(context)
    private val told = context.getSharedPreferences("told", Context.MODE_PRIVATE)
    private val strings get() = ResourceStrings(context.resources)

    /** Follows the core until cancelled. [viewed] is the chat before the user's eyes, which needs no notification. */
    suspend fun follow(core: Core, viewed: Flow<Long?>) {
        combine(core.notifications(), viewed, ::Pair).conflate().collect { (items, chat) ->
            val faces = items.mapNotNull(NotificationItem::picture).distinct()
                .associateWith { core.picture(it) }
            show(items, chat, faces)
            // Android drops what an app posts faster than five times a second, and the last one would be missing.
            delay(PACE)
        }
    }

    /** [faces]: the files of the pictures that the items name. */
    fun show(items: List<NotificationItem>, viewed: Long?, faces: Map<String, ByteArray?> = emptyMap()) {
        channels(context)
        val keys = items.mapTo(HashSet()) { it.key }
        val posted = system.activeNotifications.filter { it.id == ID && it.tag != null }.mapTo(HashSet()) { it.tag }
        for (key in posted - keys) manager.cancel(key, ID)
        told.edit { for (key in told.all.keys - keys) remove(key) }
        // The oldest first: the system puts what comes last on top.
        for (item in items.asReversed()) {
            val last = item.lines.lastOrNull()?.message ?: continue
            val known = told.getLong(item.key, NONE) == last
            when {
                item.chat == viewed -> manager.cancel(item.key, ID)
                known && item.key !in posted -> continue
                else -> post(item, renewed = known, item.picture?.let(faces::get))
            }
            told.edit { putLong(item.key, last) }
        }
    }

    private fun post(item: NotificationItem, renewed: Boolean, face: ByteArray?) {
        val style = NotificationCompat.MessagingStyle(Person.Builder().setName(strings.messageFromYou).build())
        val lines = item.lines
        val icon = face?.let(::round)
        for (line in lines) {
            val sender = Person.Builder().setName(line.senderName).setKey(item.key).setIcon(icon).build()
            if (line.body.isNotEmpty()) style.addMessage(line.body, line.time, sender)
            // Who, but not what: one line for all of it.
            else if (line == lines.last()) {
                val count = item.unread.toInt()
                style.addMessage(strings.notificationPublic(count, count), line.time, sender)
            }
        }
        val tells = item.title.isNotEmpty()
        // Who does not want to be disturbed finds it there when he looks.
        val channel = if (item.silent) SILENT else MESSAGES
        val begun = NotificationCompat.Builder(context, channel)
        if (tells) begun.setStyle(style).setSubText(item.accountTitle) else begun.says(item.unread.toInt())
        val built = begun
            .setSmallIcon(R.drawable.ic_notification)
            .setColor(COLOR)
            .setNumber(item.unread.toInt())
            .setWhen(item.lines.last().time)
            .setShowWhen(true)
            .setCategory(NotificationCompat.CATEGORY_MESSAGE)
            .setPriority(if (item.silent) NotificationCompat.PRIORITY_LOW else NotificationCompat.PRIORITY_HIGH)
            .setAutoCancel(true)
            .setOnlyAlertOnce(renewed)
            .setContentIntent(open(item.chat))
            // A locked screen tells that something came, never from whom or what.
            .setVisibility(NotificationCompat.VISIBILITY_PRIVATE)
            .setPublicVersion(public(channel, item.unread.toInt()))
            .build()
        try {
            manager.notify(item.key, ID, built)
        } catch (_: SecurityException) {
            // The user allows no notifications: the chat list tells as well.
        }
    }

    /** The core has drawn it, square and small. */
    private fun round(face: ByteArray): IconCompat? {
        val square = BitmapFactory.decodeByteArray(face, 0, face.size) ?: return null
        val round = createBitmap(square.width, square.height)
        val paint = Paint(Paint.ANTI_ALIAS_FLAG).apply {
            shader = BitmapShader(square, Shader.TileMode.CLAMP, Shader.TileMode.CLAMP)
        }
        val middle = square.width / 2f
        Canvas(round).drawCircle(middle, middle, middle, paint)
        return IconCompat.createWithBitmap(round)
    }

    private fun public(channel: String, unread: Int): Notification = NotificationCompat.Builder(context, channel)
        .setSmallIcon(R.drawable.ic_notification)
        .setColor(COLOR)
        .says(unread)
        .setCategory(NotificationCompat.CATEGORY_MESSAGE)
        .build()

    /** That there is something, and no more. */
    private fun NotificationCompat.Builder.says(unread: Int) =
        setContentTitle(context.getString(R.string.app_name)).setContentText(strings.notificationPublic(unread, unread))

    private fun open(chat: Long): PendingIntent = PendingIntent.getActivity(
        context,
        // Intents that differ in extras only are one to the system; the request code tells them apart.
        chat.hashCode(),
        Intent(context, MainActivity::class.java).setAction(Intent.ACTION_VIEW).putExtra(CHAT, chat),
        PendingIntent.FLAG_UPDATE_CURRENT or PendingIntent.FLAG_IMMUTABLE,
    )

    companion object {
        /** The chat that a tap opens. */
        const val CHAT = "org.linnet.chat"
        const val MESSAGES = "messages"
        const val SILENT = "messages-silent"
        const val CONNECTION = "connection"
        internal const val ID = 1
        internal const val COLOR = 0xFF2C6A7C.toInt()
        private const val NONE = Long.MIN_VALUE
        private const val PACE = 250L

        /** Made again at every chance, since their names follow the language. */
        internal fun channels(context: Context) {
            val words = ResourceStrings(context.resources)
            NotificationManagerCompat.from(context).createNotificationChannelsCompat(
                listOf(
                    NotificationChannelCompat.Builder(MESSAGES, NotificationManagerCompat.IMPORTANCE_HIGH)
                        .setName(words.notificationMessages).setShowBadge(true).build(),
                    // Neither a sound nor over what is on screen, but counted.
                    NotificationChannelCompat.Builder(SILENT, NotificationManagerCompat.IMPORTANCE_LOW)
                        .setName(words.notificationSilent).setShowBadge(true).build(),
                    NotificationChannelCompat.Builder(CONNECTION, NotificationManagerCompat.IMPORTANCE_MIN)
                        .setName(words.notificationConnection).setShowBadge(false).build(),
                ),
            )
        }
    }
}
