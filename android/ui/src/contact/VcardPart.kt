package org.linnet.ui.contact

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import org.linnet.core.ContactItem
import org.linnet.core.VcardKind
import org.linnet.core.VcardLine
import org.linnet.ui.account.Heading
import org.linnet.ui.words.Strings
import org.linnet.ui.words.strings

/** What somebody tells of themselves. What the core calls no link is text, whatever it looks like. */
@Composable
internal fun VcardPart(contact: ContactItem, onOpen: (String) -> Unit) {
    val vcard = contact.vcard ?: return
    // Who is called so is not told twice.
    val name = vcard.fullName?.takeIf { it != contact.title }
    if (name == null && vcard.about == null && vcard.lines.isEmpty()) return
    Heading(strings.vcardHeading, Modifier.padding(start = 24.dp, end = 24.dp, top = 16.dp))
    name?.let { Fact(strings.vcardFullName, it) }
    vcard.about?.let { Fact(strings.vcardAbout, it) }
    for (line in vcard.lines) Line(line, onOpen)
}

@Composable
private fun Line(line: VcardLine, onOpen: (String) -> Unit) {
    val link = line.link ?: return Fact(strings.vcardKind(line.kind), line.text)
    Fact(
        strings.vcardKind(line.kind),
        line.text,
        Modifier.clickable(role = Role.Button) { onOpen(link) }.heightIn(min = 48.dp).testTag("link/$link"),
        linked = true,
    )
}

@Composable
private fun Fact(title: String, text: String, modifier: Modifier = Modifier, linked: Boolean = false) =
    Column(modifier.fillMaxWidth().padding(horizontal = 24.dp, vertical = 6.dp)) {
        Text(title, style = MaterialTheme.typography.labelMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
        Text(
            text,
            style = MaterialTheme.typography.bodyLarge,
            color = if (linked) MaterialTheme.colorScheme.primary else MaterialTheme.colorScheme.onSurface,
            maxLines = if (linked) 2 else Int.MAX_VALUE,
            overflow = TextOverflow.Ellipsis,
        )
    }

private fun Strings.vcardKind(kind: VcardKind): String = when (kind) {
    VcardKind.ORGANISATION -> vcardOrganisation
    VcardKind.ROLE -> vcardRole
    VcardKind.EMAIL -> vcardEmail
    VcardKind.TELEPHONE -> vcardTelephone
    VcardKind.WEBSITE -> vcardWebsite
    VcardKind.ADDRESS -> vcardAddress
}
