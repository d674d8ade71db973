package org.linnet.app

import java.io.IOException
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.thread
import kotlin.concurrent.withLock

/** The network between alice and her server, which a test can cut or hold. What it carries is encrypted end to end. */
class Wire : AutoCloseable {
    private val entry = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
    private val sockets: MutableSet<Socket> = ConcurrentHashMap.newKeySet()
    private val lock = ReentrantLock()
    private val changed = lock.newCondition()
    private var held = false

    @Volatile
    private var cut = false
    val port get() = entry.localPort

    /** Whether anything is connected through it. */
    val carries get() = sockets.any { !it.isClosed }

    init {
        thread(isDaemon = true, name = "wire") {
            try {
                while (true) connect(entry.accept())
            } catch (_: IOException) {
                // Closed: the test is over.
            }
        }
    }

    /** Ends every connection, and takes no new one until [mend]. */
    fun cut() {
        cut = true
        sockets.forEach { it.close() }
    }

    fun mend() {
        cut = false
    }

    /** Keeps back what the server says. */
    fun hold() = lock.withLock { held = true }

    fun release() = lock.withLock {
        held = false
        changed.signalAll()
    }

    override fun close() {
        entry.close()
        release()
        cut()
    }

    private fun connect(client: Socket) {
        if (cut) {
            client.close()
            return
        }
        val server = Socket(Server.host, Server.port)
        sockets += client
        sockets += server
        carry(client, server) {}
        carry(server, client) { lock.withLock { while (held) changed.await() } }
    }

    private fun carry(from: Socket, to: Socket, wait: () -> Unit) = thread(isDaemon = true, name = "wire") {
        try {
            val buffer = ByteArray(16_384)
            while (true) {
                val count = from.getInputStream().read(buffer)
                if (count < 0) break
                wait()
                to.getOutputStream().write(buffer, 0, count)
            }
        } catch (_: IOException) {
            // Cut by the test, or closed by either end: both ends learn it below.
        }
        from.close()
        to.close()
    }
}
