package org.linnet.ui.newchat

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
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
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.material3.Button
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.remember
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.focus.FocusRequester
import androidx.compose.ui.focus.focusRequester
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.flow.drop
import org.linnet.core.AccountItem
import org.linnet.core.PersonItem
import org.linnet.ui.theme.AccountDot
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings

/** What the new-chat screen can ask for. */
interface NewChatActions {
    fun back()
    fun start()
    fun noteToSelf()
    fun scan()
    fun phoneBook()
    fun showCode()
    fun choose(account: AccountItem)
    fun pick(person: PersonItem)
    fun edited()
}

@Composable
fun NewChatScreen(
    state: NewChatState,
    address: TextFieldState,
    actions: NewChatActions,
    modifier: Modifier = Modifier,
    /** The device has a phone book. */
    phoneBook: Boolean = false,
) {
    val focus = remember { FocusRequester() }
    LaunchedEffect(Unit) { focus.requestFocus() }
    LaunchedEffect(address) { snapshotFlow { address.text.toString() }.drop(1).collect { actions.edited() } }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding().imePadding()) {
            LinnetTopBar(strings.newChatTitle, onBack = actions::back)
            LazyColumn(
                Modifier.weight(1f).testTag("people"),
                contentPadding = PaddingValues(vertical = 8.dp),
            ) {
                if (state.accounts.size > 1) item("accounts") { Column { Accounts(state, actions) } }
                item("address") { Address(state, address, actions, focus) }
                if (address.text.isBlank()) ways(state, actions, phoneBook)
                val (contacts, completions) = state.people.partition { it.contact }
                people("contacts", { strings.newChatContacts }, contacts, actions)
                people("perhaps", { strings.newChatPerhaps }, completions, actions)
            }
        }
    }
}

@Composable
private fun Address(state: NewChatState, address: TextFieldState, actions: NewChatActions, focus: FocusRequester) {
    Column(Modifier.padding(horizontal = 20.dp), verticalArrangement = Arrangement.spacedBy(12.dp)) {
        Text(
            strings.newChatLead,
            style = MaterialTheme.typography.bodyLarge,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
        LinnetField(
            address,
            label = strings.newChatAddress,
            error = strings.errorAddressInvalid.takeIf { state.addressInvalid },
            keyboard = KeyboardOptions(
                keyboardType = KeyboardType.Email,
                imeAction = ImeAction.Go,
                autoCorrectEnabled = false,
            ),
            onKeyboardAction = actions::start,
            modifier = Modifier.focusRequester(focus).testTag("peer"),
        )
        Button(
            actions::start,
            Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("start"),
            enabled = !state.starting && address.text.isNotBlank() && state.from != null,
            shape = MaterialTheme.shapes.medium,
        ) { Text(strings.newChatStart, style = MaterialTheme.typography.titleMedium) }
        Spacer(Modifier.size(4.dp))
    }
}

private fun LazyListScope.ways(state: NewChatState, actions: NewChatActions, phoneBook: Boolean) {
    item("scan") {
        Way(strings.scanTitle, strings.newChatScanText, actions::scan, "scan") { WayIcon(Icons.Scan) }
    }
    item("code") {
        Way(strings.codeTitle, strings.newChatCodeText, actions::showCode, "my-code") { WayIcon(Icons.Code) }
    }
    if (phoneBook) {
        item("phone-book") {
            Way(strings.phoneBookTitle, strings.phoneBookText, actions::phoneBook, "phone-book") {
                WayIcon(Icons.People)
            }
        }
    }
    val from = state.from ?: return
    item("note") {
        Way(strings.noteToSelf, strings.newChatNoteText, actions::noteToSelf, "note-to-self") {
            Avatar(from.address, from.address, size = 48.dp, note = true)
        }
    }
}

private fun LazyListScope.people(
    key: String,
    title: @Composable () -> String,
    people: List<PersonItem>,
    actions: NewChatActions,
) {
    if (people.isEmpty()) return
    item(key) {
        Text(
            title(),
            Modifier.padding(start = 20.dp, end = 20.dp, top = 12.dp, bottom = 4.dp).semantics { heading() },
            style = MaterialTheme.typography.labelLarge,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
    }
    items(people, { "person ${it.key}" }) { Person(it, actions) }
}

/** A contact, or what was typed with a likely server. */
@Composable
private fun Person(person: PersonItem, actions: NewChatActions) {
    Row(
        Modifier.fillMaxWidth().padding(horizontal = 8.dp).clip(MaterialTheme.shapes.medium)
            .clickable(
                onClickLabel = if (person.contact) strings.newChatStart else strings.newChatComplete,
                role = Role.Button,
            ) { actions.pick(person) }
            .heightIn(min = 64.dp).padding(horizontal = 12.dp, vertical = 6.dp).testTag("person"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        if (person.contact) {
            Avatar(person.address, person.name ?: person.address, size = 48.dp, picture = person.picture)
        } else {
            WayIcon(Icons.Compose)
        }
        Spacer(Modifier.width(14.dp))
        Column(Modifier.weight(1f)) {
            Text(
                person.name ?: person.address,
                style = MaterialTheme.typography.titleMedium,
                maxLines = 1,
                overflow = TextOverflow.Ellipsis,
            )
            if (person.name != null) {
                Text(
                    person.address,
                    style = MaterialTheme.typography.bodyMedium,
                    color = MaterialTheme.colorScheme.onSurfaceVariant,
                    maxLines = 1,
                    overflow = TextOverflow.MiddleEllipsis,
                )
            }
        }
    }
}

@Composable
private fun Accounts(state: NewChatState, actions: NewChatActions) {
    Text(
        strings.newChatFrom,
        Modifier.padding(horizontal = 20.dp),
        style = MaterialTheme.typography.labelLarge,
        color = MaterialTheme.colorScheme.onSurfaceVariant,
    )
    for (account in state.accounts) {
        val chosen = account.id == state.from?.id
        Row(
            Modifier.fillMaxWidth().selectable(chosen, role = Role.RadioButton) { actions.choose(account) }
                .heightIn(min = 56.dp).padding(horizontal = 20.dp),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            AccountDot(account.colour, size = 18.dp)
            Spacer(Modifier.width(12.dp))
            Column(Modifier.weight(1f)) {
                Text(account.title, style = MaterialTheme.typography.bodyLarge)
                if (account.name != null) {
                    Text(
                        account.address,
                        style = MaterialTheme.typography.bodyMedium,
                        color = MaterialTheme.colorScheme.onSurfaceVariant,
                    )
                }
            }
            RadioButton(chosen, onClick = null)
        }
    }
    Spacer(Modifier.size(16.dp))
}

/** Another way to a chat than an address typed. */
@Composable
private fun Way(title: String, text: String, onClick: () -> Unit, tag: String, picture: @Composable () -> Unit) {
    Row(
        Modifier.fillMaxWidth().padding(horizontal = 8.dp).clip(MaterialTheme.shapes.medium)
            .clickable(role = Role.Button, onClick = onClick)
            .heightIn(min = 72.dp).padding(horizontal = 12.dp, vertical = 8.dp).testTag(tag),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        picture()
        Spacer(Modifier.width(14.dp))
        Column(Modifier.weight(1f)) {
            Text(title, style = MaterialTheme.typography.titleMedium)
            Text(
                text,
                style = MaterialTheme.typography.bodyMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
            )
        }
    }
}

@Composable
private fun WayIcon(icon: ImageVector) {
    Box(
        Modifier.size(48.dp).clip(CircleShape).background(MaterialTheme.colorScheme.surfaceVariant),
        contentAlignment = Alignment.Center,
    ) { Icon(icon, null, Modifier.size(24.dp), tint = MaterialTheme.colorScheme.onSurfaceVariant) }
}
