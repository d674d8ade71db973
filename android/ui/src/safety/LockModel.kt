package org.linnet.ui.safety

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch
import org.linnet.core.AppItem
import org.linnet.core.CommandException
import org.linnet.core.NotificationContent
import org.linnet.core.SubscriptionException
import org.linnet.ui.Core
import org.linnet.ui.Once

/** The device's own way to make sure of its owner. */
interface Biometrics {
    /** True if it did. [title] is what it is asked for. */
    suspend fun ask(title: String): Boolean
}

/** Whether anything but the lock may be on screen. */
sealed interface LockState {
    /** The core has not said yet: nothing is shown. */
    data object Covered : LockState
    data object Open : LockState
    data class Locked(val biometrics: Boolean, val waitUntil: Long?, val wrong: Boolean, val working: Boolean) : LockState
}

/** What the core answered when it was last asked. */
private enum class Gate { UNKNOWN, LOCKED, OPEN }

/**
 * The app lock, and the app's other settings. [inFront] is true once the core knows that the app is in front, and false
 * as soon as it is not: in between nobody may see what is behind a lock.
 */
class LockModel(
    private val core: Core,
    private val scope: CoroutineScope,
    inFront: StateFlow<Boolean>,
    private val report: (CommandException) -> Unit,
) {
    val pin = TextFieldState()
    private val gate = MutableStateFlow(Gate.UNKNOWN)
    private val wrong = MutableStateFlow(false)
    private val working = MutableStateFlow(false)
    private val once = Once(scope)

    /** The app's settings; null until they are known. */
    val settings: StateFlow<AppItem?> = core.app().catch { if (it !is SubscriptionException) throw it }
        .stateIn(scope, SharingStarted.Eagerly, null)

    val state: StateFlow<LockState> = combine(gate, settings, wrong, working) { gate, app, wrong, working ->
        when (gate) {
            // Without a lock there is nothing to hide behind.
            Gate.UNKNOWN -> if (app != null && app.lock == null) LockState.Open else LockState.Covered
            Gate.OPEN -> LockState.Open
            Gate.LOCKED -> {
                val lock = app?.lock
                LockState.Locked(lock?.biometrics == true, lock?.waitUntil, wrong, working)
            }
        }
    }.stateIn(scope, SharingStarted.Eagerly, LockState.Covered)

    init {
        scope.launch { inFront.collect { if (it) look() else gate.value = Gate.UNKNOWN } }
    }

    private suspend fun look() {
        gate.value = try {
            if (core.isLocked()) Gate.LOCKED else Gate.OPEN
        } catch (trouble: CommandException) {
            report(trouble)
            Gate.LOCKED
        }
    }

    fun edited() {
        wrong.value = false
    }

    fun unlock() {
        val tried = pin.text.toString()
        if (tried.isEmpty() || working.value) return
        working.value = true
        scope.launch {
            try {
                core.unlock(tried)
                pin.clearText()
                opened()
            } catch (trouble: CommandException) {
                pin.clearText()
                if (trouble is CommandException.PinWrong) wrong.value = true
                else if (trouble !is CommandException.NotNow) report(trouble)
            } finally {
                working.value = false
            }
        }
    }

    fun unlockByDevice(biometrics: Biometrics, title: String) = command {
        if (biometrics.ask(title)) {
            core.unlockByDevice()
            opened()
        }
    }

    private fun opened() {
        wrong.value = false
        gate.value = Gate.OPEN
    }

    fun lockNow() = command {
        core.lockNow()
        gate.value = Gate.LOCKED
    }

    /** [done] is told whether the PIN that had to be named was right: a second tap would name the old one. */
    fun setPin(current: String?, pin: String?, done: (PinOutcome) -> Unit) {
        once("pin") {
            try {
                core.setPin(current, pin)
                done(PinOutcome.DONE)
            } catch (trouble: CommandException) {
                when (trouble) {
                    is CommandException.PinWrong -> done(PinOutcome.WRONG)
                    is CommandException.NotNow -> done(PinOutcome.WAIT)
                    else -> {
                        report(trouble)
                        done(PinOutcome.FAILED)
                    }
                }
            }
        }
    }

    fun setLockOptions(biometrics: Boolean, patience: Long) =
        command { core.setLockOptions(biometrics, patience.toULong()) }

    fun setNotificationContent(content: NotificationContent) = command { core.setNotificationContent(content) }
    fun hideScreen(hides: Boolean) = command { core.hideScreen(hides) }

    private fun command(run: suspend () -> Unit) {
        scope.launch {
            try {
                run()
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }
}

/** What became of a new PIN. */
enum class PinOutcome { DONE, WRONG, WAIT, FAILED }
