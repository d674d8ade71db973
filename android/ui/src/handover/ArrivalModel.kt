package org.linnet.ui.handover

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.linnet.core.AccountItem
import org.linnet.core.ArrivalStep
import org.linnet.core.CommandException
import org.linnet.core.QrCode
import org.linnet.core.drawQr
import org.linnet.ui.Core
import org.linnet.ui.code.ScanModel

data class ArrivalState(
    /** This phone's code. */
    val drawn: QrCode? = null,
    /** It was scanned: now this phone looks at the other one. */
    val looking: Boolean = false,
    /** To be compared. */
    val digits: String? = null,
    val trouble: CommandException? = null,
    /** The code no longer counts. */
    val over: Boolean = false,
    /** What has arrived. */
    val account: AccountItem? = null,
)

/** A new phone: it shows a code, and then looks at the codes of the phone that has the account. */
class ArrivalModel(
    private val core: Core,
    private val scope: CoroutineScope,
    sending: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    private val drawing: CoroutineDispatcher = Dispatchers.Default,
    private val done: () -> Unit,
) {
    private val own = MutableStateFlow(ArrivalState())
    private val arrived = MutableStateFlow<Long?>(null)
    val state = combine(own, arrived, accounts) { state, id, all ->
        state.copy(account = all?.firstOrNull { it.id == id })
    }.stateIn(scope, SharingStarted.Eagerly, ArrivalState())

    val scan = ScanModel.ofTexts(scope) { text ->
        read(text)
        null
    }

    private var life: Job? = null
    private var last: String? = null

    init {
        scope.coroutineContext.job.invokeOnCompletion {
            sending.launch {
                try {
                    core.endArrival()
                } catch (closed: CommandException) {
                    // The key has gone with the core.
                }
            }
        }
        begin()
        scope.launch {
            val id = arrived.filterNotNull().first()
            accounts.first { all -> all.orEmpty().any { it.id == id && it.signedIn } }
            done()
        }
    }

    /** With a new key. */
    fun begin() {
        life?.cancel()
        last = null
        own.value = ArrivalState()
        life = scope.launch {
            try {
                val code = core.beginArrival()
                own.value = ArrivalState(withContext(drawing) { drawQr(code.code) })
                delay(code.patience.toLong())
                if (arrived.value == null) own.value = ArrivalState(over = true)
            } catch (trouble: CommandException) {
                own.value = ArrivalState(trouble = trouble, over = true)
            }
        }
    }

    /** The old phone has scanned this one's code. */
    fun look() = own.update { it.copy(looking = true) }

    private fun read(text: String) {
        // The same code stays before the camera until its owner has compared.
        if (text == last || arrived.value != null || !own.value.looking) return
        last = text
        scope.launch {
            try {
                when (val step = core.readArrival(text)) {
                    is ArrivalStep.Compare -> own.update { it.copy(digits = step.digits, trouble = null) }
                    is ArrivalStep.Arrived -> {
                        life?.cancel()
                        arrived.value = step.account
                        own.update { it.copy(trouble = null) }
                    }
                }
            } catch (trouble: CommandException) {
                val gone = trouble is CommandException.Expired || trouble is CommandException.NotFound
                own.update { if (gone) ArrivalState(over = true) else it.copy(trouble = trouble) }
            }
        }
    }
}
