package org.linnet.core

import kotlin.random.Random
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.withTimeout
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** The same protocol on the real core: an account without a server, whose messages wait in their order. */
class LostBatchesTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val client by lazy { Client.open(Options(folder.root.resolve("test.db").path, null), Quiet) }
    private val chat by lazy {
        runBlocking {
            val account = client.addAccount("alice@localhost", "secret", ServerAddress("127.0.0.1", 1u, false))
            client.startChat(account, "bob@localhost")
        }
    }

    @After
    fun end() {
        client.end()
        client.close()
    }

    @Test
    fun `a collector that is cancelled again and again ends with every message once and in order`() = runBlocking {
        val random = Random(4)
        val subscription = client.timeline(chat)
        subscription.loadOlder(MESSAGES.toUInt())
        val writing = launch(Dispatchers.Default) {
            repeat(MESSAGES) { client.sendText(chat, "message $it", client.newToken()) }
        }
        var held = emptyList<TimelineItem>()
        var applied = 0uL
        var cancelled = 0
        var resets = 0
        withTimeout(60_000) {
            while (bodies(held).size < MESSAGES) {
                val asking = launch(Dispatchers.Default) {
                    val batch = checkNotNull(subscription.next(applied)) { "closed" }
                    if (batch.ops.any { it is TimelineOp.Reset }) resets++
                    held = batch.applyTo(held.toMutableList()).items
                    applied = batch.revision
                }
                delay(random.nextLong(0, 6))
                if (asking.isActive) cancelled++
                asking.cancel()
                asking.join()
            }
        }
        writing.join()
        assertEquals(List(MESSAGES) { "message $it" }, bodies(held))
        assertTrue("nothing was cancelled", cancelled > 10)
        println("cancelled $cancelled times, $resets resets")
        subscription.end()
    }

    @Test
    fun `a second collector on the same subscription is refused, one of its own is served`() = runBlocking {
        val subscription = client.timeline(chat)
        val first = checkNotNull(subscription.next(0uL))
        // Nothing changes, so whoever comes first waits; whichever that is, the other is told at once.
        val both = List(2) { async(Dispatchers.Default) { runCatching { subscription.next(first.revision) } } }
        val told = withTimeout(10_000) { select { both.forEach { one -> one.onAwait { it } } } }
        assertTrue(told.exceptionOrNull() is SubscriptionException.Busy)
        assertEquals(emptyList<String>(), bodies(client.timeline(chat).asFlow().first().items))
        both.forEach { it.cancel() }
        subscription.end()
    }

    @Test
    fun `flows end with the client`() = runBlocking {
        var ended = false
        val collecting = launch(Dispatchers.Default) {
            client.accounts().asFlow().collect {}
            ended = true
        }
        client.chatList().asFlow().first()
        client.end()
        withTimeout(10_000) { collecting.join() }
        assertTrue(ended)
        assertThrows(CommandException.NotNow::class.java) {
            runBlocking { client.sendText(1, "too late", client.newToken()) }
        }
        Unit
    }

    private fun bodies(items: List<TimelineItem>) =
        items.filterIsInstance<TimelineItem.Message>().map { it.item.body }

    private object Quiet : Platform {
        override fun databaseKey() = ByteArray(32) { it.toByte() }
        override fun bootId() = "test"
        override fun log(level: LogLevel, target: String, message: String) {
            if (level == LogLevel.ERROR) println("$target: $message")
        }
    }

    private companion object {
        const val MESSAGES = 190
    }
}
