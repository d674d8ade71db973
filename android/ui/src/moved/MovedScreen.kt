package org.linnet.ui.moved

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.offset
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountItem
import org.linnet.core.MovedItem
import org.linnet.core.MovedState
import org.linnet.ui.account.Heading
import org.linnet.ui.handover.Big
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.theme.Question
import org.linnet.ui.words.dates
import org.linnet.ui.words.strings
import org.linnet.ui.words.trouble

/** What the screen can ask for. */
interface MovedActions {
    fun back()
    fun choose(account: AccountItem)
    fun move()
    fun takeBack()
    fun addAnother()
}

@Composable
fun MovedScreen(state: MovedScreenState, actions: MovedActions, modifier: Modifier = Modifier) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.movedTitle, onBack = actions::back)
            val account = state.account ?: return@Column
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(horizontal = 24.dp, vertical = 8.dp),
                verticalArrangement = Arrangement.spacedBy(8.dp),
            ) {
                val moved = account.moved
                if (moved == null || moved.state == MovedState.REFUSED) Choose(state, account, actions)
                else Gone(state, account, moved, actions)
            }
        }
    }
}

@Composable
private fun Choose(state: MovedScreenState, account: AccountItem, actions: MovedActions) {
    var asking by rememberSaveable { mutableStateOf(false) }
    Text(strings.movedLead, style = MaterialTheme.typography.bodyLarge)
    Heading(strings.movedChoose, Modifier.padding(top = 16.dp))
    if (state.others.isEmpty()) {
        Text(strings.movedNone, style = MaterialTheme.typography.bodyMedium)
        Big(strings.accountAdd, "add", onClick = actions::addAnother)
        return
    }
    for (other in state.others) Other(other, other.id == state.chosen, actions)
    Heading(strings.movedWhat, Modifier.padding(top = 16.dp))
    val points = listOf(
        strings.movedContacts, strings.movedWhoSees(account.address), strings.movedChats, strings.movedStays,
    )
    for (point in points) {
        // A mark is nothing to be read out.
        Row {
            Text("•", Modifier.padding(end = 12.dp).clearAndSetSemantics {}, style = MaterialTheme.typography.bodyMedium)
            Text(point, style = MaterialTheme.typography.bodyMedium)
        }
    }
    Trouble(
        when {
            state.trouble != null -> strings.trouble(state.trouble)
            account.moved != null -> strings.movedRefused
            else -> null
        },
    )
    Big(strings.movedBegin, "move", state.target != null && !state.busy) { asking = true }
    val target = state.target
    if (asking && target != null) {
        Question(
            strings.movedQuestion(target.address),
            strings.movedQuestionText,
            strings.movedConfirm,
            onConfirm = actions::move,
            onCancel = { asking = false },
        )
    }
}

/** Where one may have gone, or why not there. */
@Composable
private fun Other(account: AccountItem, chosen: Boolean, actions: MovedActions) {
    val obstacle = account.obstacle
    Row(
        Modifier.fillMaxWidth().heightIn(min = 56.dp).testTag("to/${account.id}")
            .selectable(chosen && obstacle == null, obstacle == null, Role.RadioButton) { actions.choose(account) },
        verticalAlignment = Alignment.CenterVertically,
    ) {
        RadioButton(chosen && obstacle == null, onClick = null, Modifier.padding(end = 12.dp), obstacle == null)
        Column {
            Text(account.address, style = MaterialTheme.typography.bodyLarge)
            val line = when (obstacle) {
                Obstacle.OFFLINE -> strings.movedNotConnected
                Obstacle.MOVED -> strings.movedGoneItself
                null -> account.name
            }
            if (line != null) {
                Text(
                    line,
                    style = MaterialTheme.typography.bodyMedium,
                    color = MaterialTheme.colorScheme.onSurfaceVariant,
                )
            }
        }
    }
}

@Composable
private fun Gone(
    state: MovedScreenState,
    account: AccountItem,
    moved: MovedItem,
    actions: MovedActions,
) {
    var asking by rememberSaveable { mutableStateOf(false) }
    Text(strings.movedTo(moved.address), Modifier.testTag("moved"), style = MaterialTheme.typography.titleMedium)
    val since = moved.since
    Text(
        if (since == null) strings.movedElsewhere else strings.movedSince(dates.moment(since)),
        style = MaterialTheme.typography.bodyMedium,
        color = MaterialTheme.colorScheme.onSurfaceVariant,
    )
    val telling = moved.state == MovedState.PUBLISHED && moved.done < moved.total
    val text = when (moved.state) {
        MovedState.PUBLISHING -> strings.movedPublishing
        MovedState.RETRACTING -> strings.movedRetracting
        MovedState.KEPT, MovedState.REFUSED -> null
        MovedState.PUBLISHED -> when {
            telling -> strings.movedTelling("${moved.done}", "${moved.total}")
            moved.total == 0u -> null
            else -> listOfNotNull(
                strings.movedTold("${moved.taken}"),
                strings.movedNotTaken("${moved.refused}").takeIf { moved.refused > 0u },
            ).joinToString(" ")
        }
    }
    Text(
        text.orEmpty(),
        Modifier.semantics { liveRegion = LiveRegionMode.Polite }.testTag("progress"),
        style = MaterialTheme.typography.bodyLarge,
    )
    if (telling) LinearProgressIndicator({ moved.done.toFloat() / moved.total.toFloat() }, Modifier.fillMaxWidth())
    Heading(account.address, Modifier.padding(top = 16.dp))
    Text(strings.movedStays, style = MaterialTheme.typography.bodyMedium)
    Text(strings.movedChats, style = MaterialTheme.typography.bodyMedium)
    Trouble(
        when {
            state.trouble != null -> strings.trouble(state.trouble)
            moved.state == MovedState.KEPT -> strings.movedKept
            else -> null
        },
    )
    if (moved.state != MovedState.RETRACTING) {
        // Its letters stand below those above.
        TextButton(
            { asking = true },
            Modifier.offset(x = (-12).dp).heightIn(min = 48.dp).testTag("take-back"),
            !state.busy,
        ) {
            Text(strings.movedRetract)
        }
    }
    if (asking) {
        Question(
            strings.movedRetractQuestion,
            strings.movedRetractText,
            strings.movedRetractConfirm,
            onConfirm = actions::takeBack,
            onCancel = { asking = false },
        )
    }
}

/** What went wrong; read out as it comes. */
@Composable
private fun Trouble(text: String?) = Text(
    text.orEmpty(),
    Modifier.semantics { liveRegion = LiveRegionMode.Polite }.testTag("trouble"),
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.error,
)
