package org.linnet.ui.signup

import androidx.compose.foundation.Image
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Checkbox
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.FilterQuality
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.platform.LocalUriHandler
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentType
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.flow.update
import org.linnet.core.SignUpField
import org.linnet.core.SignUpFieldKind
import org.linnet.core.SignUpMeaning
import org.linnet.ui.signin.ErrorText
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.words.signUpField
import org.linnet.ui.words.strings

/** One question of a server, whatever it asks. */
@Composable
internal fun FieldRow(field: SignUpField, step: SignUpStep.Filling, fields: SignUpFields, actions: SignUpActions) {
    val enabled = !step.sending
    if (field.kind == SignUpFieldKind.NOTE) {
        field.values.forEach { Lead(it) }
        return
    }
    val answer = remember(field.name, field.picture) { fields.answer(field) }
    Column(Modifier.fillMaxWidth(), verticalArrangement = Arrangement.spacedBy(6.dp)) {
        Picture(field, fields)
        when (field.kind) {
            SignUpFieldKind.NOTE -> Unit
            SignUpFieldKind.LINE -> Line(field, answer, enabled, actions)
            SignUpFieldKind.LINES -> LinnetField(
                answer.text,
                label = strings.signUpField(field),
                enabled = enabled,
                lines = 4,
                modifier = Modifier.testTag("field/${field.name}"),
            )
            SignUpFieldKind.SECRET -> Secret(field, answer, enabled, actions)
            SignUpFieldKind.SWITCH -> Toggle(field, answer, enabled)
            SignUpFieldKind.CHOICE, SignUpFieldKind.CHOICES -> Options(field, answer, enabled)
        }
        if (field.meaning == SignUpMeaning.USERNAME && answer.text.text.isNotBlank()) {
            Hint(strings.signUpAddressWill("${answer.text.text.trim()}@${step.server}"))
        }
        field.hint?.let { Hint(it) }
    }
}

@Composable
private fun Hint(text: String) = Text(
    text,
    Modifier.padding(horizontal = 4.dp),
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.onSurfaceVariant,
)

@Composable
private fun Line(field: SignUpField, answer: Answer, enabled: Boolean, actions: SignUpActions) {
    val type = when (field.meaning) {
        SignUpMeaning.USERNAME -> ContentType.NewUsername
        SignUpMeaning.EMAIL -> ContentType.EmailAddress
        else -> null
    }
    LinnetField(
        answer.text,
        label = strings.signUpField(field),
        enabled = enabled,
        keyboard = KeyboardOptions(
            keyboardType = if (field.meaning == SignUpMeaning.EMAIL) KeyboardType.Email else KeyboardType.Text,
            imeAction = if (field.meaning == SignUpMeaning.CAPTCHA) ImeAction.Go else ImeAction.Next,
            autoCorrectEnabled = field.meaning == null,
        ),
        onKeyboardAction = if (field.meaning == SignUpMeaning.CAPTCHA) actions::submit else null,
        modifier = Modifier.testTag("field/${field.name}")
            .then(if (type == null) Modifier else Modifier.semantics { contentType = type }),
    )
}

@Composable
private fun Secret(field: SignUpField, answer: Answer, enabled: Boolean, actions: SignUpActions) {
    // What was made for the user has to be seen to be kept; any other secret is no password to be remembered.
    val password = field.meaning == SignUpMeaning.PASSWORD
    var shown by remember { mutableStateOf(password) }
    LinnetField(
        answer.text,
        label = strings.signUpField(field),
        secret = !shown,
        password = true,
        type = ContentType.NewPassword.takeIf { password },
        enabled = enabled,
        keyboard = KeyboardOptions(keyboardType = KeyboardType.Password, imeAction = ImeAction.Next),
        trailing = {
            IconButton({ shown = !shown }) {
                val label = if (shown) strings.signInHidePassword else strings.signInShowPassword
                Icon(if (shown) Icons.EyeOff else Icons.Eye, label)
            }
        },
        modifier = Modifier.testTag("field/${field.name}"),
    )
    if (!password) return
    Hint(strings.signUpPasswordMade)
    Row {
        TextButton(actions::newPassword, Modifier.heightIn(min = 48.dp).testTag("new-password"), enabled) {
            Text(strings.signUpPasswordNew)
        }
        TextButton(
            { actions.copy(answer.text.text.toString()) },
            Modifier.heightIn(min = 48.dp).testTag("copy-password"),
            enabled && answer.text.text.isNotEmpty(),
        ) { Text(strings.signUpPasswordCopy) }
    }
}

@Composable
private fun Toggle(field: SignUpField, answer: Answer, enabled: Boolean) {
    val chosen by answer.chosen.collectAsState()
    val on = chosen.any { it == "1" || it == "true" }
    Row(
        Modifier.fillMaxWidth().clip(MaterialTheme.shapes.small)
            .toggleable(on, enabled, Role.Switch) { answer.chosen.value = if (it) setOf("1") else emptySet() }
            .heightIn(min = 56.dp).testTag("field/${field.name}"),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Text(strings.signUpField(field), Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
        Spacer(Modifier.width(12.dp))
        Switch(on, onCheckedChange = null, enabled = enabled)
    }
}

@Composable
private fun Options(field: SignUpField, answer: Answer, enabled: Boolean) {
    val chosen by answer.chosen.collectAsState()
    val several = field.kind == SignUpFieldKind.CHOICES
    Text(strings.signUpField(field), style = MaterialTheme.typography.labelLarge)
    for (option in field.options) {
        val on = option.value in chosen
        val base = Modifier.fillMaxWidth().clip(MaterialTheme.shapes.small)
        val row = if (several) {
            base.toggleable(on, enabled, Role.Checkbox) { add ->
                answer.chosen.update { if (add) it + option.value else it - option.value }
            }
        } else {
            base.selectable(on, enabled, Role.RadioButton) { answer.chosen.value = setOf(option.value) }
        }
        Row(row.heightIn(min = 48.dp), verticalAlignment = Alignment.CenterVertically) {
            if (several) Checkbox(on, null, enabled = enabled) else RadioButton(on, null, enabled = enabled)
            Spacer(Modifier.width(12.dp))
            Text(option.label, Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
        }
    }
}

/** What there is to read off. One on the web is fetched by nobody until the user opens it. */
@Composable
private fun Picture(field: SignUpField, fields: SignUpFields) {
    val file = field.picture
    val url = field.pictureUrl
    if (file != null) {
        val bitmap = remember(file) { fields.decode(file) }
        if (bitmap == null) {
            ErrorText(strings.signUpPictureMissing)
        } else {
            Image(
                bitmap,
                strings.signUpPicture,
                // White paper under it, also in the dark: such pictures are drawn for it.
                Modifier.clip(MaterialTheme.shapes.small).background(Color.White).fillMaxWidth()
                    .heightIn(min = 72.dp, max = 240.dp).testTag("picture"),
                contentScale = ContentScale.Fit,
                filterQuality = FilterQuality.High,
            )
        }
    } else if (url != null) {
        val browser = LocalUriHandler.current
        Hint(strings.signUpPictureWebText)
        TextButton({ browser.openUri(url) }, Modifier.heightIn(min = 48.dp).testTag("open-picture")) {
            Text(strings.signUpPictureWeb)
        }
    }
}
