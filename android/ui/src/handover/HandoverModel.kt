package org.linnet.ui.handover

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.linnet.core.AccountItem
import org.linnet.core.AppItem
import org.linnet.core.CommandException
import org.linnet.core.Owner
import org.linnet.core.QrCode
import org.linnet.core.drawQr
import org.linnet.ui.Core
import org.linnet.ui.code.ScanModel
import org.linnet.ui.code.ScanTrouble
import org.linnet.ui.safety.Biometrics

/** How far it is. */
sealed interface HandoverStep {
    data object Scanning : HandoverStep

    /** [byDevice]: the device's own way counts as well as the PIN. */
    data class Asking(val pin: Boolean, val byDevice: Boolean, val working: Boolean = false) : HandoverStep

    /** [working]: they were said to be the same, which counts once. */
    data class Comparing(val drawn: QrCode, val digits: String, val working: Boolean = false) : HandoverStep
    data class Sealed(val drawn: QrCode) : HandoverStep

    /** [differed]: the digits did; else it took too long. */
    data class Stopped(val differed: Boolean) : HandoverStep
}

data class HandoverState(
    val address: String,
    val step: HandoverStep = HandoverStep.Scanning,
    val trouble: CommandException? = null,
    /** The device did not make sure of its owner. */
    val refused: Boolean = false,
)

/** The phone that has the account: it scans the new one's code, asks its owner, and shows codes of its own. */
class HandoverModel(
    private val core: Core,
    private val account: AccountItem,
    private val scope: CoroutineScope,
    sending: CoroutineScope,
    private val settings: StateFlow<AppItem?>,
    private val drawing: CoroutineDispatcher = Dispatchers.Default,
) {
    private val mutable = MutableStateFlow(HandoverState(account.address))
    val state = mutable.asStateFlow()
    val pin = TextFieldState()
    val scan = ScanModel.ofTexts(scope, taken = ::take)
    private var code: String? = null
    private var life: Job? = null

    init {
        scope.coroutineContext.job.invokeOnCompletion {
            sending.launch {
                try {
                    core.endHandover()
                } catch (closed: CommandException) {
                    // The key has gone with the core.
                }
            }
        }
    }

    /** From the new phone's code on. */
    fun begin() {
        life?.cancel()
        code = null
        pin.clearText()
        mutable.value = HandoverState(account.address)
    }

    fun edited() = mutable.update { it.copy(trouble = null, refused = false) }

    private fun take(text: String): ScanTrouble? {
        if (mutable.value.step != HandoverStep.Scanning) return null
        // What it is the core finds out, before anybody types a PIN.
        if (!text.startsWith(CODES)) return ScanTrouble.JUNK
        code = text
        val lock = settings.value?.lock
        mutable.update {
            it.copy(step = HandoverStep.Asking(lock != null, lock?.biometrics == true), trouble = null)
        }
        return null
    }

    /** The user agrees; where there is an app lock, with its PIN, else the device is asked if it can be. */
    fun goOn(biometrics: Biometrics?, title: String) {
        val asking = mutable.value.step as? HandoverStep.Asking ?: return
        if (asking.pin) ask { Proof(Owner.Pin(pin.text.toString())) } else goOnByDevice(biometrics, title)
    }

    fun goOnByDevice(biometrics: Biometrics?, title: String) {
        val asking = mutable.value.step as? HandoverStep.Asking ?: return
        ask {
            // A device that can't make sure of anybody hands over to whoever holds it.
            val owner = biometrics?.ask(title) ?: !asking.pin
            if (owner) Proof(if (asking.pin) Owner.Device else null) else null
        }
    }

    private fun ask(prove: suspend () -> Proof?) {
        val asking = mutable.value.step as? HandoverStep.Asking ?: return
        val scanned = code ?: return
        if (asking.working) return
        mutable.update { it.copy(step = asking.copy(working = true), trouble = null, refused = false) }
        scope.launch {
            try {
                val proof = prove()
                if (proof == null) {
                    mutable.update { it.copy(step = asking, refused = true) }
                    return@launch
                }
                val begun = core.beginHandover(account.id, scanned, proof.owner)
                val drawn = withContext(drawing) { drawQr(begun.code) }
                mutable.update { it.copy(step = HandoverStep.Comparing(drawn, begun.digits)) }
                life = scope.launch {
                    delay(begun.patience.toLong())
                    mutable.update { it.copy(step = HandoverStep.Stopped(differed = false)) }
                }
            } catch (trouble: CommandException) {
                // A code that is none is scanned again; a PIN is typed again.
                val again = trouble is CommandException.PinWrong || trouble is CommandException.NotNow
                mutable.update { it.copy(step = if (again) asking else HandoverStep.Scanning, trouble = trouble) }
            } finally {
                pin.clearText()
            }
        }
    }

    /** The digits of both phones are the same, or not. */
    fun compared(same: Boolean) {
        val comparing = mutable.value.step as? HandoverStep.Comparing ?: return
        if (comparing.working) return
        mutable.update { it.copy(step = comparing.copy(working = true)) }
        scope.launch {
            try {
                if (same) {
                    val sealed = core.confirmHandover()
                    val drawn = withContext(drawing) { drawQr(sealed) }
                    mutable.update { it.copy(step = HandoverStep.Sealed(drawn)) }
                } else {
                    life?.cancel()
                    mutable.update { it.copy(step = HandoverStep.Stopped(differed = true)) }
                    core.endHandover()
                }
            } catch (trouble: CommandException) {
                life?.cancel()
                mutable.update { it.copy(step = HandoverStep.Stopped(differed = false), trouble = trouble) }
            }
        }
    }

    /** Who holds the phone, as far as the core wants to know it. */
    private class Proof(val owner: Owner?)

    private companion object {
        const val CODES = "linnet-device:"
    }
}
