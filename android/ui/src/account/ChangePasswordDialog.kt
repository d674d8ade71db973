package org.linnet.ui.account

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.platform.LocalAutofillManager
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.words.strings

/** Asks for the account's next password; one is made already, and shown, for it has to be kept. */
@Composable
internal fun ChangePasswordDialog(
    make: () -> String,
    copy: (String) -> Unit,
    onChange: (String) -> Unit,
    onCancel: () -> Unit,
    title: String = strings.accountPasswordTitle,
    text: String = strings.accountPasswordText,
    confirm: String = strings.accountPasswordConfirm,
) {
    // Its owner may be away to keep it elsewhere: whoever comes back finds the same one.
    val password = rememberSaveable(saver = TextFieldState.Saver) { TextFieldState(make()) }
    val autofill = LocalAutofillManager.current
    fun choose() {
        val chosen = password.text.toString()
        if (chosen.isEmpty()) return
        autofill?.commit()
        onCancel()
        onChange(chosen)
    }
    AlertDialog(
        onDismissRequest = onCancel,
        title = { Text(title, style = MaterialTheme.typography.titleLarge) },
        text = {
            Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
                LinnetField(
                    password,
                    label = strings.signInPassword,
                    password = true,
                    type = ContentType.NewPassword,
                    keyboard = KeyboardOptions(keyboardType = KeyboardType.Password, imeAction = ImeAction.Done),
                    modifier = Modifier.testTag("next-password"),
                )
                Row {
                    TextButton(
                        { password.setTextAndPlaceCursorAtEnd(make()) },
                        Modifier.heightIn(min = 48.dp),
                    ) { Text(strings.signUpPasswordNew) }
                    TextButton({ copy(password.text.toString()) }, Modifier.heightIn(min = 48.dp)) {
                        Text(strings.signUpPasswordCopy)
                    }
                }
                Text(text, style = MaterialTheme.typography.bodyMedium)
            }
        },
        confirmButton = {
            TextButton(::choose, Modifier.testTag("change-password"), password.text.isNotEmpty()) {
                Text(confirm)
            }
        },
        dismissButton = { TextButton(onCancel) { Text(strings.cancel) } },
    )
}
