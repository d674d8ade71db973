package org.linnet.core

import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import kotlin.random.Random

/** The pull protocol against a core that behaves as the contract says, with batches that never arrive. */
class WindowsTest {
    private sealed interface Op {
        data class Reset(val items: List<Int>) : Op
        data class Insert(val at: Int, val items: List<Int>) : Op
        data class Remove(val at: Int, val count: Int) : Op
    }

    private class Batch(val revision: ULong, val ops: List<Op>)

    /** The core's side: a list that moves, and what its subscriber was last handed. */
    private class Watch(private val random: Random) {
        var list = emptyList<Int>()
        private var held = emptyList<Int>()
        private var revision = 0uL
        private var counter = 0
        var resets = 0
        var closed = false

        fun move() {
            val at = random.nextInt(list.size + 1)
            list = if (list.isNotEmpty() && random.nextInt(3) == 0) {
                val from = random.nextInt(list.size)
                list.take(from) + list.drop(from + 1 + random.nextInt(3))
            } else {
                list.take(at) + List(1 + random.nextInt(3)) { counter++ } + list.drop(at)
            }
        }

        fun answer(applied: ULong): Batch {
            val lost = applied != revision
            val ops = if (lost || revision == 0uL) listOf(Op.Reset(list)).also { resets++ } else difference()
            held = list
            revision++
            return Batch(revision, ops)
        }

        private fun difference(): List<Op> {
            val prefix = held.zip(list).takeWhile { (a, b) -> a == b }.size
            val most = minOf(held.size, list.size) - prefix
            val suffix = held.reversed().zip(list.reversed()).take(most).takeWhile { (a, b) -> a == b }.size
            return buildList {
                val gone = held.size - suffix - prefix
                if (gone > 0) add(Op.Remove(prefix, gone))
                val fresh = list.subList(prefix, list.size - suffix)
                if (fresh.isNotEmpty()) add(Op.Insert(prefix, fresh))
            }
        }
    }

    private fun Batch.applyTo(items: MutableList<Int>): Window<Int> {
        for (op in ops) when (op) {
            is Op.Reset -> { items.clear(); items.addAll(op.items) }
            is Op.Insert -> items.addAll(op.at, op.items)
            is Op.Remove -> items.subList(op.at, op.at + op.count).clear()
        }
        return Window(items, atStart = true, atEnd = true)
    }

    @Test
    fun `applied batches are the list, however many get lost`() {
        for (seed in 1..200) {
            val random = Random(seed)
            val watch = Watch(random)
            var lost = 0
            val steps = 60
            var step = 0
            runBlocking {
                windows<Batch, Int>(
                    next = { applied ->
                        // A call whose answer was dropped on the way: the caller asks again with what it has.
                        while (step < steps && random.nextInt(4) == 0) {
                            watch.move()
                            watch.answer(applied)
                            lost++
                        }
                        if (step++ == steps) null
                        else {
                            watch.move()
                            watch.answer(applied)
                        }
                    },
                    end = { watch.closed = true },
                    revision = { revision },
                    apply = { applyTo(it) },
                ).collect { assertEquals("seed $seed", watch.list, it.items) }
            }
            assertTrue("seed $seed lost nothing", lost > 0)
            assertTrue("seed $seed: a lost batch must cost a reset", watch.resets in 2..lost + 1)
            assertTrue(watch.closed)
        }
    }

    @Test
    fun `lists handed on are never changed afterwards`() = runBlocking {
        val watch = Watch(Random(7))
        var step = 0
        val windows = windows<Batch, Int>(
            next = { applied -> if (step++ == 20) null else watch.run { move(); answer(applied) } },
            end = {},
            revision = { revision },
            apply = { applyTo(it) },
        )
        val seen = ArrayList<Pair<List<Int>, List<Int>>>()
        windows.collect { seen += it.items to it.items.toList() }
        for ((handed, copy) in seen) assertEquals(copy, handed)
    }

    @Test
    fun `a collector that goes away ends the subscription`() = runBlocking {
        var ended = 0
        val batches = Channel<Batch>()
        val collecting = launch {
            windows<Batch, Int>({ batches.receive() }, { ended++ }, { revision }, { applyTo(it) }).collect {}
        }
        batches.send(Batch(1uL, listOf(Op.Reset(listOf(1)))))
        collecting.cancel()
        collecting.join()
        assertEquals(1, ended)
    }

    @Test
    fun `a collector that gives up in the middle of a wait ends the subscription too`() = runBlocking {
        var ended = 0
        val flow = windows<Batch, Int>({ delay(60_000); null }, { ended++ }, { revision }, { applyTo(it) })
        assertEquals(null, withTimeoutOrNull(20) { flow.toList() })
        assertEquals(1, ended)
    }

    @Test
    fun `a subscription that fails hands on its failure and is ended`() = runBlocking {
        var ended = 0
        val flow = windows<Batch, Int>(
            { throw SubscriptionException.Storage() }, { ended++ }, { revision }, { applyTo(it) },
        )
        val failure = runCatching { flow.toList() }.exceptionOrNull()
        assertTrue(failure is SubscriptionException.Storage)
        assertEquals(1, ended)
    }
}
