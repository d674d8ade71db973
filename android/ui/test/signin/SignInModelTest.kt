package org.linnet.ui.signin

import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.test.runTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.core.LoginFailure
import org.linnet.core.WaitReason
import org.linnet.ui.FakeCore

@OptIn(ExperimentalCoroutinesApi::class)
class SignInModelTest {
    private val core = FakeCore().apply { accounts.value = emptyList() }
    private var done = false

    @Test
    fun `signing in follows the connection and ends when it is online`() = run { model ->
        type(model, " carol@example.org ", "secret")
        model.submit()
        assertEquals(listOf("add carol@example.org secret null"), core.asked)
        assertEquals(SignInStep.Working(), model.state.value.step)
        core.connection(1, Connection.CatchingUp)
        assertEquals(SignInStep.Working(catchingUp = true), model.state.value.step)
        core.connection(1, Connection.Online, signedIn = true)
        assertTrue(done)
        assertEquals("", model.fields.password.text.toString())
    }

    @Test
    fun `a wrong password is told, and the corrected one replaces it`() = run { model ->
        type(model, "carol@example.org", "wrong")
        model.submit()
        core.connection(1, Connection.Failed(LoginFailure.WRONG_PASSWORD))
        assertEquals(SignInStep.Refused(LoginFailure.WRONG_PASSWORD), model.state.value.step)
        model.edited()
        assertEquals(SignInStep.Typing, model.state.value.step)
        type(model, "carol@example.org", "right")
        model.submit()
        assertEquals(SignInStep.Working(), model.state.value.step)
        core.connection(1, Connection.Online, signedIn = true)
        assertTrue(done)
        assertEquals(1, core.accounts.value.size)
    }

    @Test
    fun `an account that is signed in is not touched by adding it once more`() {
        core.accounts.value = FakeCore().accounts.value
        run { model ->
            val before = core.accounts.value
            type(model, before.single().address, "a slip")
            model.submit()
            assertTrue((model.state.value.step as SignInStep.Trouble).cause is CommandException.AccountKnown)
            assertEquals(before, core.accounts.value)
            assertFalse(done)
        }
    }

    @Test
    fun `the same mistake twice is told twice`() = run { model ->
        type(model, "carol@example.org", "wrong")
        model.submit()
        core.connection(1, Connection.Failed(LoginFailure.WRONG_PASSWORD))
        model.edited()
        model.submit()
        core.connection(1, Connection.Failed(LoginFailure.WRONG_PASSWORD))
        assertEquals(SignInStep.Refused(LoginFailure.WRONG_PASSWORD), model.state.value.step)
    }

    @Test
    fun `a mistyped address leaves no account behind`() = run { model ->
        type(model, "carrol@example.org", "secret")
        model.submit()
        core.connection(1, Connection.Failed(LoginFailure.ACCOUNT_REFUSED))
        type(model, "carol@example.org", "secret")
        model.submit()
        assertEquals(listOf("carol@example.org"), core.accounts.value.map { it.address })
        assertTrue("remove 1" in core.asked)
    }

    @Test
    fun `what is no address never reaches the core`() = run { model ->
        val slips = listOf("carol", "@example.org", "carol@", "carol@a@b", "carol @example.org", "carol@example.org/x")
        for (slip in slips) {
            type(model, slip, "secret")
            model.submit()
            assertTrue(slip, model.state.value.addressInvalid)
        }
        assertEquals(emptyList<String>(), core.asked)
        model.edited()
        assertFalse(model.state.value.addressInvalid)
    }

    @Test
    fun `the core has the last word on an address`() = run { model ->
        core.refusal = CommandException.AddressInvalid()
        type(model, "carol@exa_mple..org", "secret")
        model.submit()
        assertTrue(model.state.value.addressInvalid)
        assertEquals(SignInStep.Typing, model.state.value.step)
    }

    @Test
    fun `a server named by hand is passed on, with the port that fits its kind`() = run { model ->
        type(model, "carol@example.org", "secret")
        model.fields.host.setTextAndPlaceCursorAtEnd("localhost")
        model.setDirectTls(true)
        model.submit()
        assertEquals(listOf("add carol@example.org secret localhost:5223 true"), core.asked)
    }

    @Test
    fun `an impossible port is told`() = run { model ->
        type(model, "carol@example.org", "secret")
        model.fields.host.setTextAndPlaceCursorAtEnd("localhost")
        model.fields.port.setTextAndPlaceCursorAtEnd("70000")
        model.submit()
        assertTrue(model.state.value.portInvalid)
        assertEquals(emptyList<String>(), core.asked)
    }

    @Test
    fun `a server that can't be reached is told while the core goes on trying`() = run { model ->
        type(model, "carol@example.org", "secret")
        model.submit()
        core.connection(1, Connection.Waiting(0, WaitReason.UNREACHABLE))
        assertEquals(SignInStep.Working(waiting = WaitReason.UNREACHABLE), model.state.value.step)
        model.cancel()
        assertEquals(SignInStep.Typing, model.state.value.step)
        assertTrue("enable 1 false" in core.asked)
    }

    @Test
    fun `an account that never got in is picked up again with its address and its failure`() = runTest {
        val first = FakeCore()
        first.accounts.value = listOf(
            first.accounts.value.single()
                .copy(signedIn = false, connection = Connection.Failed(LoginFailure.CERTIFICATE)),
        )
        val scope = backgroundScope()
        val accounts = first.accounts.stateIn(scope, SharingStarted.Eagerly, first.accounts.value)
        val model = SignInModel(first, scope, accounts, accounts.value.single())
        assertEquals("alice@example.org", model.fields.address.text.toString())
        assertEquals(SignInStep.Refused(LoginFailure.CERTIFICATE), model.state.value.step)
    }

    private fun run(test: (SignInModel) -> Unit) = runTest {
        val scope = backgroundScope()
        val accounts = core.accounts.stateIn(scope, SharingStarted.Eagerly, core.accounts.value)
        test(SignInModel(core, scope, accounts) { done = true })
    }

    private fun TestScope.backgroundScope() =
        kotlinx.coroutines.CoroutineScope(backgroundScope.coroutineContext + UnconfinedTestDispatcher(testScheduler))

    private fun type(model: SignInModel, address: String, password: String) {
        model.fields.address.setTextAndPlaceCursorAtEnd(address)
        model.fields.password.setTextAndPlaceCursorAtEnd(password)
    }
}
