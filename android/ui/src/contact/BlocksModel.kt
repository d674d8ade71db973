package org.linnet.ui.contact

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch
import org.linnet.core.AccountItem
import org.linnet.core.BlockItem
import org.linnet.core.CommandException
import org.linnet.core.SubscriptionException
import org.linnet.ui.Core

class BlocksModel(
    private val core: Core,
    private val account: Long,
    private val scope: CoroutineScope,
    accounts: StateFlow<List<AccountItem>?>,
    private val report: (CommandException) -> Unit,
    private val broken: () -> Unit,
) {
    val address = TextFieldState()
    private val invalid = MutableStateFlow(false)
    private val list = core.blocks()
    private var whole = true
    private var asked: Int? = null

    val state = combine(
        list.window.onEach { whole = it.atEnd }.catch { if (it is SubscriptionException) broken() else throw it },
        accounts,
        invalid,
    ) { window, all, addressInvalid ->
        BlocksState(
            window.items.filter { it.account == account },
            all?.firstOrNull { it.id == account }?.blocks == false,
            addressInvalid,
        )
    }.stateIn(scope, SharingStarted.Eagerly, BlocksState())

    fun add() {
        val text = address.text.toString()
        scope.launch {
            try {
                core.block(account, text, null)
                address.clearText()
            } catch (_: CommandException.AddressInvalid) {
                invalid.value = true
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }

    fun edited() {
        invalid.value = false
    }

    fun unblock(item: BlockItem) {
        scope.launch {
            try {
                core.unblock(item.account, item.address)
            } catch (trouble: CommandException) {
                report(trouble)
            }
        }
    }

    fun loadMore() {
        val length = state.value.blocks?.size ?: return
        if (whole || length == asked) return
        asked = length
        list.loadMore(PAGE)
    }

    private companion object {
        const val PAGE = 200
    }
}
