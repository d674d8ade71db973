package org.linnet.core

import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import java.nio.file.Files
import kotlin.io.path.ExperimentalPathApi
import kotlin.io.path.deleteRecursively

/**
 * The cost of one `next()` that brings 200 items: asked by name of a revision nobody holds, so that each answer is a
 * whole window, read from the database, carried across the boundary and made into Kotlin objects.
 */
@OptIn(ExperimentalPathApi::class)
fun main() = runBlocking {
    val folder = Files.createTempDirectory("linnet-bench")
    val client = Client.open(Options(folder.resolve("bench.db").toString(), null), Quiet)
    // Nobody listens on that port: the messages stay, and nothing disturbs.
    val account = client.addAccount("bench@localhost", "secret", ServerAddress("127.0.0.1", 1u, false))
    val chat = client.startChat(account, "peer@localhost")
    repeat(ITEMS) { client.sendText(chat, "Hello world, this is message number $it 😀", client.newToken()) }

    val subscription = client.timeline(chat)
    subscription.loadOlder(ITEMS.toUInt())
    val micros = LongArray(WARM_UP + RUNS) {
        // Batches come at most once in 16 ms: waiting for that is not the cost of a batch.
        delay(PAUSE)
        val started = System.nanoTime()
        val batch = checkNotNull(subscription.next(0uL)) { "the subscription is closed" }
        val taken = (System.nanoTime() - started) / 1_000
        val items = (batch.ops.single() as TimelineOp.Reset).items.size
        check(items >= ITEMS) { "a batch of $items items instead of $ITEMS" }
        taken
    }.drop(WARM_UP).sorted()
    subscription.end()
    client.end()
    folder.deleteRecursively()
    val median = micros[RUNS / 2]
    println("bench batch-kotlin $median (median $median µs, p90 ${micros[RUNS * 9 / 10]} µs, $ITEMS items, $RUNS runs)")
}

private object Quiet : Platform {
    override fun databaseKey() = ByteArray(32) { it.toByte() }
    override fun bootId() = "bench"
    override fun log(level: LogLevel, target: String, message: String) {
        if (level == LogLevel.ERROR) System.err.println("$target: $message")
    }
}

private const val ITEMS = 200
private const val WARM_UP = 300
private const val RUNS = 200
private const val PAUSE = 20L
