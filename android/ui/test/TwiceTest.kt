package org.linnet.ui

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import org.junit.Assert.assertEquals
import org.junit.Test
import org.linnet.core.CommandException
import org.linnet.ui.code.CodeModel
import org.linnet.ui.contact.RequestsModel
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.signin.SignInModel

/** Two quick taps are one wherever the second would ask for what the first has used up. */
class TwiceTest {
    private val core = FakeCore()
    private val scope = CoroutineScope(Dispatchers.Unconfined)
    private val answer = CompletableDeferred<Unit>()

    @Test
    fun `a request is answered once, and another one beside it`() {
        val model = RequestsModel(core, scope, MutableStateFlow(null), ::told)
        val (one, other) = Fixtures.requests
        twice { model.answer(one, true) }
        model.answer(other, true)
        goOn()
        assertEquals(listOf("answer ${one.address} true", "answer ${other.address} true"), asked("answer"))
        model.answer(one, true)
        assertEquals("afterwards it counts again", 3, asked("answer").size)
    }

    @Test
    fun `an invitation is asked for once`() {
        val model = CodeModel(core, scope, ::told, Dispatchers.Unconfined)
        twice { model.invite() }
        goOn()
        assertEquals(listOf("invite 1"), asked("invite"))
    }

    @Test
    fun `an account is added once`() {
        val model = SignInModel(core, scope, MutableStateFlow(emptyList()))
        model.fields.address.edit { append("carol@example.org") }
        model.fields.password.edit { append("secret") }
        twice { model.submit() }
        goOn()
        assertEquals(1, asked("add").size)
    }

    private fun twice(tap: () -> Unit) {
        core.hold = answer
        repeat(2) { tap() }
    }

    private fun goOn() {
        core.hold = null
        answer.complete(Unit)
    }

    private fun asked(verb: String) = core.asked.filter { it.startsWith(verb) }

    private fun told(trouble: CommandException): Unit = throw AssertionError("told", trouble)
}
