package org.linnet.ui.portable

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.linnet.core.AccountFileItem
import org.linnet.core.CommandException
import org.linnet.core.ImportItem
import org.linnet.ui.account.Heading
import org.linnet.ui.handover.Big
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings
import org.linnet.ui.words.trouble

/** What the screen can ask for. */
interface PortableActions {
    fun back()
    fun save()
    fun choose()
    fun pick(user: Int)
    fun bringIn()
    fun end()
}

@Composable
fun PortableScreen(state: PortableState, actions: PortableActions, modifier: Modifier = Modifier) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.portableTitle, onBack = actions::back)
            val account = state.account ?: return@Column
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(horizontal = 24.dp, vertical = 8.dp),
                verticalArrangement = Arrangement.spacedBy(8.dp),
            ) {
                Text(strings.portableLead, style = MaterialTheme.typography.bodyLarge)
                Save(state, actions)
                Heading(strings.portableImportTitle(account.title), Modifier.padding(top = 16.dp))
                val import = account.import
                if (import != null) Import(import, actions) else Choose(state, actions)
            }
        }
    }
}

@Composable
private fun Save(state: PortableState, actions: PortableActions) {
    Heading(strings.portableSaveTitle(state.account?.title.orEmpty()), Modifier.padding(top = 16.dp))
    Text(strings.portableSaveText, style = MaterialTheme.typography.bodyMedium)
    val export = state.account?.export?.takeIf { state.saving }
    Said(
        when {
            state.saveTrouble != null -> strings.trouble(state.saveTrouble)
            state.saved == false -> strings.backupNotSaved
            state.saved == true && state.incomplete -> strings.portableIncomplete
            else -> null
        },
        when {
            export != null -> strings.portableCollecting("${export.done}", "${export.total}")
            state.saved == true -> strings.backupSaved
            else -> null
        },
        "save-told",
    )
    Big(strings.backupSave, "save", !state.saving, actions::save)
}

@Composable
private fun Choose(state: PortableState, actions: PortableActions) {
    Text(strings.portableImportText, style = MaterialTheme.typography.bodyMedium)
    OutlinedButton(
        actions::choose,
        Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("choose"),
        enabled = !state.reading,
        shape = MaterialTheme.shapes.medium,
    ) { Text(strings.backupChoose, style = MaterialTheme.typography.titleMedium) }
    val users = state.users
    Said(
        when {
            state.tooLarge -> strings.backupTooLarge
            state.importTrouble is CommandException.Unreadable -> strings.portableUnreadable
            state.importTrouble != null -> strings.trouble(state.importTrouble)
            users != null && users.isEmpty() -> strings.portableNothing
            else -> null
        },
        null,
        "import-told",
    )
    if (users.isNullOrEmpty()) return
    users.forEachIndexed { at, user ->
        if (users.size == 1) {
            User(user, Modifier.testTag("user"))
        } else {
            Row(
                Modifier.fillMaxWidth().heightIn(min = 48.dp).testTag("user/$at")
                    .selectable(at == state.user, role = Role.RadioButton) { actions.pick(at) },
                verticalAlignment = Alignment.CenterVertically,
            ) {
                RadioButton(at == state.user, onClick = null, Modifier.padding(end = 12.dp))
                User(user)
            }
        }
    }
    Big(strings.portableImport, "bring-in", !state.reading, actions::bringIn)
}

/** What a file says of somebody. */
@Composable
private fun User(user: AccountFileItem, modifier: Modifier = Modifier) = Column(modifier.padding(vertical = 4.dp)) {
    Text(user.address, style = MaterialTheme.typography.titleMedium)
    val counts = strings.portableCounts("${user.contacts}", "${user.blocks}", "${user.bookmarks}")
    val unreadable = strings.portableUnreadableEntries("${user.unreadable}").takeIf { user.unreadable > 0u }
    Text(
        listOfNotNull(counts, strings.portableProfile.takeIf { user.profile }, unreadable).joinToString(" "),
        style = MaterialTheme.typography.bodyMedium,
        color = MaterialTheme.colorScheme.onSurfaceVariant,
    )
}

/** How far an import is, or how it went. */
@Composable
private fun Import(import: ImportItem, actions: PortableActions) {
    val done = import.total - import.left
    val ended = import.left == 0u
    val refused = strings.portableRefused("${import.refused}").takeIf { import.refused > 0u }
    val text = if (ended) {
        val kept = strings.portableKept("${import.kept}").takeIf { import.kept > 0u }
        listOfNotNull(strings.portableDone(import.source), kept, refused).joinToString(" ")
    } else {
        strings.portableProgress("$done", "${import.total}", import.source)
    }
    Text(
        text,
        Modifier.semantics { liveRegion = LiveRegionMode.Polite }.testTag("import"),
        style = MaterialTheme.typography.bodyLarge,
    )
    if (!ended) LinearProgressIndicator({ done.toFloat() / import.total.toFloat() }, Modifier.fillMaxWidth())
    TextButton(actions::end, Modifier.heightIn(min = 48.dp).testTag("end")) {
        Text(if (ended) strings.portableOk else strings.portableStop)
    }
}

/** What went wrong, or right; read out as it changes. */
@Composable
private fun Said(trouble: String?, success: String?, tag: String) = Text(
    trouble ?: success.orEmpty(),
    Modifier.semantics { liveRegion = LiveRegionMode.Polite }.testTag(tag),
    style = MaterialTheme.typography.bodyMedium,
    color = if (trouble != null) MaterialTheme.colorScheme.error else MaterialTheme.colorScheme.primary,
)
