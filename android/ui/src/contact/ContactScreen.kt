package org.linnet.ui.contact

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.text.input.rememberTextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.linnet.core.ContactItem
import org.linnet.core.PrivacySetting
import org.linnet.core.Report
import org.linnet.ui.privacy.Exceptions
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LabelledIcon
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.theme.Question
import org.linnet.ui.words.strings

/** What a contact's screen can ask for. */
interface ContactActions {
    fun back()
    fun add()

    /** Their address as a code, for somebody else. */
    fun showCode()

    /** [tags] with commas between them. */
    fun edit(name: String, tags: String)
    fun setMuted(muted: Boolean)

    /** [allowed] is null where they are told what all are told. */
    fun except(setting: PrivacySetting, allowed: Boolean?)

    /** [address] is theirs, or that of their whole server. */
    fun block(address: String, report: Report?)
    fun unblock()
    fun remove()

    /** The user wants to know what a device of theirs is. */
    fun askDevice(device: String)

    /** Something they tell of themselves: a page, a mail, a call or a chat. */
    fun open(link: String)
}

/** Who somebody is, where they are, and what is between us. [shown]: devices that are open from the beginning. */
@Composable
fun ContactScreen(
    contact: ContactItem?,
    actions: ContactActions,
    modifier: Modifier = Modifier,
    shown: Set<String> = emptySet(),
) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.contactTitle, onBack = actions::back)
            if (contact == null) return@Column
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(bottom = 24.dp).testTag("contact"),
            ) {
                Who(contact, actions::showCode)
                Between(contact, actions)
                if (contact.weSee) WherePart(contact, actions::askDevice, shown)
                VcardPart(contact, actions::open)
                Notifications(contact, actions::setMuted)
                if (contact.contact) Exceptions(contact, actions::except)
                Ways(contact, actions)
            }
        }
    }
}

@Composable
private fun Who(contact: ContactItem, onCode: () -> Unit) {
    Column(
        Modifier.fillMaxWidth().padding(horizontal = 24.dp, vertical = 16.dp),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Avatar(contact.address, contact.title, size = 88.dp, picture = contact.picture)
        Spacer(Modifier.size(14.dp))
        Text(contact.title, style = MaterialTheme.typography.titleLarge, textAlign = TextAlign.Center)
        Text(
            contact.address,
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            textAlign = TextAlign.Center,
        )
        if (contact.tags.isNotEmpty()) {
            FlowRow(
                Modifier.padding(top = 10.dp),
                horizontalArrangement = Arrangement.spacedBy(6.dp, Alignment.CenterHorizontally),
                verticalArrangement = Arrangement.spacedBy(6.dp),
            ) {
                for (tag in contact.tags) {
                    Surface(shape = MaterialTheme.shapes.small, color = MaterialTheme.colorScheme.surfaceContainerHigh) {
                        Text(
                            tag,
                            Modifier.padding(horizontal = 10.dp, vertical = 4.dp),
                            style = MaterialTheme.typography.labelLarge,
                        )
                    }
                }
            }
        }
        if (!contact.noteToSelf) {
            TextButton(onCode, Modifier.padding(top = 6.dp).heightIn(min = 48.dp).testTag("code/show")) {
                LabelledIcon(Icons.Code, strings.contactCode)
            }
        }
    }
}

/** Who sees whom, and what can be done about it. */
@Composable
private fun Between(contact: ContactItem, actions: ContactActions) {
    val lines = listOfNotNull(
        strings.contactBlocked.takeIf { contact.blocked },
        strings.contactAsked.takeIf { contact.asked && !contact.weSee },
        strings.contactUnseen.takeIf { contact.contact && !contact.weSee && !contact.asked },
        strings.contactUnseeing.takeIf { contact.contact && !contact.seesUs },
    )
    val asks = !contact.blocked && !contact.asked && !contact.weSee
    if (lines.isEmpty() && !asks) return
    Column(Modifier.fillMaxWidth().padding(horizontal = 24.dp), horizontalAlignment = Alignment.CenterHorizontally) {
        for (line in lines) {
            Text(
                line,
                style = MaterialTheme.typography.bodyMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
                textAlign = TextAlign.Center,
            )
        }
        if (asks) {
            Button(
                actions::add,
                Modifier.padding(top = 8.dp).heightIn(min = 48.dp).testTag("add"),
                shape = MaterialTheme.shapes.medium,
            ) { Text(if (contact.contact) strings.contactAsk else strings.contactAdd) }
        }
    }
}

@Composable
internal fun Quiet(text: String, modifier: Modifier = Modifier) = Text(
    text,
    modifier,
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.onSurfaceVariant,
)

@Composable
private fun Notifications(contact: ContactItem, onMute: (Boolean) -> Unit) {
    Row(
        Modifier.fillMaxWidth().padding(top = 8.dp)
            .toggleable(!contact.muted, role = Role.Switch) { onMute(!it) }
            .heightIn(min = 64.dp).padding(horizontal = 24.dp, vertical = 10.dp).testTag("notifications"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Column(Modifier.weight(1f)) {
            Text(strings.contactNotifications, style = MaterialTheme.typography.bodyLarge)
            Quiet(if (contact.muted) strings.contactMuted else strings.contactUnmuted)
        }
        Spacer(Modifier.width(16.dp))
        Switch(!contact.muted, onCheckedChange = null)
    }
}

@Composable
private fun Ways(contact: ContactItem, actions: ContactActions) {
    var editing by rememberSaveable { mutableStateOf(false) }
    var blocking by rememberSaveable { mutableStateOf(false) }
    var removing by rememberSaveable { mutableStateOf(false) }
    if (contact.contact) Way(strings.contactEdit, "edit") { editing = true }
    if (contact.blocked) Way(strings.blocksUnblock, "unblock", onClick = actions::unblock)
    else Way(strings.requestBlock, "block", MaterialTheme.colorScheme.error) { blocking = true }
    if (contact.contact) Way(strings.contactRemove, "remove", MaterialTheme.colorScheme.error) { removing = true }
    if (editing) EditDialog(contact, onSave = actions::edit, onCancel = { editing = false })
    if (blocking) {
        BlockDialog(contact.address, contact.reportable, onBlock = actions::block, onCancel = { blocking = false })
    }
    if (removing) {
        Question(
            strings.contactRemoveQuestion(contact.title),
            strings.contactRemoveText,
            strings.accountRemoveConfirm,
            onConfirm = actions::remove,
            onCancel = { removing = false },
        )
    }
}

@Composable
private fun Way(text: String, tag: String, color: Color = MaterialTheme.colorScheme.primary, onClick: () -> Unit) =
    TextButton(onClick, Modifier.padding(horizontal = 12.dp).heightIn(min = 48.dp).testTag(tag)) {
        Text(text, color = color)
    }

@Composable
private fun EditDialog(contact: ContactItem, onSave: (String, String) -> Unit, onCancel: () -> Unit) {
    val name = rememberTextFieldState(contact.name.orEmpty())
    val tags = rememberTextFieldState(contact.tags.joinToString(", "))
    AlertDialog(
        onDismissRequest = onCancel,
        title = { Text(strings.contactEdit, style = MaterialTheme.typography.titleLarge) },
        text = {
            Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
                LinnetField(name, strings.contactName, Modifier.testTag("name"))
                LinnetField(tags, strings.contactTags, Modifier.testTag("tags"))
            }
        },
        confirmButton = {
            TextButton({
                onCancel()
                onSave(name.text.toString(), tags.text.toString())
            }) { Text(strings.contactSave) }
        },
        dismissButton = { TextButton(onCancel) { Text(strings.cancel) } },
    )
}
