package org.linnet.ui.contact

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.flow.drop
import org.linnet.core.BlockItem
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings

data class BlocksState(
    /** Null until the first batch has come. */
    val blocks: List<BlockItem>? = null,
    /** The account's server can't block: what is blocked is hidden here. */
    val local: Boolean = false,
    val addressInvalid: Boolean = false,
)

/** What the block list can ask for. */
interface BlocksActions {
    fun back()
    fun add()
    fun edited()
    fun unblock(item: BlockItem)
    fun loadMore()
}

/** Whom one account hears nothing of. */
@Composable
fun BlocksScreen(state: BlocksState, address: TextFieldState, actions: BlocksActions, modifier: Modifier = Modifier) {
    LaunchedEffect(address) { snapshotFlow { address.text.toString() }.drop(1).collect { actions.edited() } }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding().imePadding()) {
            LinnetTopBar(strings.blocksTitle, onBack = actions::back)
            val blocks = state.blocks.orEmpty()
            LazyColumn(
                Modifier.fillMaxSize().testTag("blocks"),
                contentPadding = PaddingValues(top = 4.dp, bottom = 24.dp),
            ) {
                item("add") { Add(state, address, actions) }
                items(blocks, { it.key }) { Blocked(it, state.local, actions, Modifier.animateItem()) }
                item("end") { LaunchedEffect(blocks.size) { actions.loadMore() } }
            }
        }
    }
}

@Composable
private fun Add(state: BlocksState, address: TextFieldState, actions: BlocksActions) {
    Column(
        Modifier.padding(horizontal = 20.dp).padding(bottom = 12.dp),
        verticalArrangement = Arrangement.spacedBy(8.dp),
    ) {
        Text(
            if (state.local) strings.blocksLocal else strings.blocksLead,
            style = MaterialTheme.typography.bodyLarge,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
        LinnetField(
            address,
            label = strings.blocksAdd,
            error = strings.blocksInvalid.takeIf { state.addressInvalid },
            keyboard = KeyboardOptions(
                keyboardType = KeyboardType.Email,
                imeAction = ImeAction.Go,
                autoCorrectEnabled = false,
            ),
            onKeyboardAction = actions::add,
            modifier = Modifier.testTag("address"),
            trailing = {
                TextButton(
                    actions::add,
                    Modifier.heightIn(min = 48.dp).padding(end = 4.dp).testTag("add"),
                    enabled = address.text.isNotBlank(),
                ) { Text(strings.blockConfirm) }
            },
        )
        if (state.blocks?.isEmpty() == true) {
            Text(
                strings.blocksEmpty,
                Modifier.padding(top = 12.dp),
                style = MaterialTheme.typography.bodyLarge,
            )
        }
    }
}

@Composable
private fun Blocked(item: BlockItem, local: Boolean, actions: BlocksActions, modifier: Modifier) {
    Row(
        modifier.fillMaxWidth().heightIn(min = 68.dp).padding(start = 20.dp, end = 12.dp, top = 6.dp, bottom = 6.dp)
            .testTag("block/${item.address}"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Avatar(item.address, item.address, size = 40.dp)
        Spacer(Modifier.width(14.dp))
        Column(Modifier.weight(1f)) {
            Text(item.address, style = MaterialTheme.typography.titleMedium)
            val text = when {
                !item.held && !local -> strings.blocksWaiting
                item.server -> strings.blocksServer
                else -> null
            }
            if (text != null) {
                Text(
                    text,
                    style = MaterialTheme.typography.bodyMedium,
                    color = MaterialTheme.colorScheme.onSurfaceVariant,
                )
            }
        }
        TextButton({ actions.unblock(item) }, Modifier.heightIn(min = 48.dp)) { Text(strings.blocksUnblock) }
    }
}
