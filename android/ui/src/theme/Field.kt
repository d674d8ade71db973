package org.linnet.ui.theme

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.KeyboardActionHandler
import androidx.compose.foundation.text.input.TextFieldLineLimits
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.TextObfuscationMode
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedSecureTextField
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.semantics.contentType
import androidx.compose.ui.semantics.semantics

/** Some [lines] to fill in. With [password] it stays out of suggestions and the clipboard, shown or not. */
@Composable
fun LinnetField(
    state: TextFieldState,
    label: String,
    modifier: Modifier = Modifier,
    placeholder: String? = null,
    error: String? = null,
    enabled: Boolean = true,
    password: Boolean = false,
    secret: Boolean = false,
    type: ContentType? = ContentType.Password,
    lines: Int = 1,
    keyboard: KeyboardOptions = KeyboardOptions.Default,
    onKeyboardAction: (() -> Unit)? = null,
    trailing: (@Composable () -> Unit)? = null,
) {
    val handler = onKeyboardAction?.let { KeyboardActionHandler { _ -> it() } }
    val shape = MaterialTheme.shapes.medium
    if (password) {
        OutlinedSecureTextField(
            state,
            modifier.fillMaxWidth().then(if (type == null) Modifier else Modifier.semantics { contentType = type }),
            enabled = enabled,
            label = { Text(label) },
            trailingIcon = trailing,
            isError = error != null,
            supportingText = error?.let { { Text(it) } },
            textObfuscationMode = if (secret) TextObfuscationMode.RevealLastTyped else TextObfuscationMode.Visible,
            keyboardOptions = keyboard,
            onKeyboardAction = handler,
            shape = shape,
        )
    } else {
        OutlinedTextField(
            state,
            modifier.fillMaxWidth(),
            enabled = enabled,
            label = { Text(label) },
            placeholder = placeholder?.let { { Text(it) } },
            trailingIcon = trailing,
            isError = error != null,
            supportingText = error?.let { { Text(it) } },
            keyboardOptions = keyboard,
            onKeyboardAction = handler,
            lineLimits = if (lines == 1) TextFieldLineLimits.SingleLine else TextFieldLineLimits.MultiLine(2, lines),
            shape = shape,
        )
    }
}
