package org.linnet.app

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.runBlocking
import org.linnet.core.Client
import org.linnet.core.Connection
import org.linnet.core.LogLevel
import org.linnet.core.Options
import org.linnet.core.Platform
import org.linnet.core.ServerAddress
import org.linnet.core.TimelineItem
import org.linnet.core.drawQr
import org.linnet.ui.ClientCore
import java.io.File

/** Where the tests' server is. Missing is a failure: a test that did not run proves nothing. */
object Server {
    val host = named("HOST")
    val port = named("PORT").toInt()
    val ca = named("CA")
    val domain = named("DOMAIN")
    val alice = named("ALICE")
    val bob = named("BOB")
    val password = named("PASSWORD")

    private fun named(name: String): String =
        checkNotNull(System.getenv("LINNET_TEST_$name")) { "LINNET_TEST_$name is not set: these tests need a server" }
}

/** The other side of a conversation, or another device: a second client with its own store, without a screen. */
class Peer(private val address: String, folder: File, name: String = "peer") : AutoCloseable {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val client = Client.open(Options(File(folder, "$name.db").path, Server.ca), Keys)
    private val core = ClientCore(client)
    private val accounts = core.accounts().stateIn(scope, SharingStarted.Eagerly, emptyList())
    private val account = runBlocking {
        core.addAccount(address, Server.password, ServerAddress(Server.host, Server.port.toUShort(), false), null)
    }

    val online get() = accounts.value.any { it.connection == Connection.Online }

    private val codes = core.codes().stateIn(scope, SharingStarted.Eagerly, emptyList())
    private val chats = core.chats().window.stateIn(scope, SharingStarted.Eagerly, null)

    /** His own code, as it is drawn on his screen; null until it is fresh. */
    val code get() = link?.let { drawQr(it) }

    /** What his code says; null as long as the code is. */
    val link get() = codes.value.firstOrNull { it.expires != null }?.link

    fun showCode() = runBlocking { core.showCode(account) }

    /** The chat with somebody is on his list. */
    fun lists(other: String) = chats.value?.items.orEmpty().any { it.address == other }

    /** The file of a picture that an item names. */
    fun picture(name: String) = runBlocking { core.picture(name) }

    fun chatWith(other: String) = Chat(runBlocking { core.startChat(account, other) })

    inner class Chat(private val id: Long) {
        private val window = core.timeline(id).window.stateIn(scope, SharingStarted.Eagerly, null)

        /** Bodies, oldest first, of what the other side wrote. */
        val received get() = messages.filter { !it.outgoing }.map { it.body }

        private val contact = core.contact(id).stateIn(scope, SharingStarted.Eagerly, emptyList())

        /** The other side, as its details show it. */
        val other get() = contact.value.firstOrNull()

        fun stateOf(body: String) = messages.lastOrNull { it.body == body }?.state

        private val messages
            get() = window.value?.items.orEmpty().filterIsInstance<TimelineItem.Message>().map { it.item }

        fun read(body: String) = runBlocking { core.markRead(id, messages.last { it.body == body }.id) }

        fun correct(old: String, new: String) =
            runBlocking { core.correct(messages.last { it.body == old }.id, new, core.newToken()) }

        fun composing(on: Boolean) = runBlocking { core.setComposing(id, on) }

        fun send(body: String) = runBlocking { core.sendText(id, body, core.newToken()) }
    }

    override fun close() {
        scope.cancel()
        client.end()
        client.close()
    }

    private object Keys : Platform {
        override fun databaseKey() = ByteArray(32) { it.toByte() }
        override fun bootId() = "test"
        override fun log(level: LogLevel, target: String, message: String) {
            if (level == LogLevel.ERROR || level == LogLevel.WARN) println("peer: $level $target: $message")
        }
    }
}
