package org.linnet.ui.signin

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.ButtonDefaults
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentType
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.merge
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetBird
import org.linnet.ui.theme.LinnetField
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.theme.letterHigh
import org.linnet.ui.words.loginFailure
import org.linnet.ui.words.strings
import org.linnet.ui.words.trouble
import org.linnet.ui.words.waitReason

/** What the sign-in screen can ask for. */
interface SignInActions : ServerActions {
    fun submit()
    fun cancel()
    fun edited()
    fun openCertificate()
    fun signUp()
    fun arrive()
    fun restoreBackup()
    fun openInvitation()
    fun back()
}

@Composable
fun SignInScreen(state: SignInState, fields: SignInFields, actions: SignInActions, modifier: Modifier = Modifier) {
    val working = state.step is SignInStep.Working
    LaunchedEffect(fields) {
        merge(*fields.all.map { it.edits() }.toTypedArray()).collect { actions.edited() }
    }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding().imePadding()) {
            if (state.additional) LinnetTopBar(strings.signInAddTitle, onBack = actions::back)
            Box(Modifier.weight(1f).fillMaxWidth().verticalScroll(rememberScrollState())) {
                Column(
                    Modifier.align(Alignment.TopCenter).widthIn(max = 440.dp).padding(horizontal = 28.dp)
                        .padding(top = if (state.additional) 16.dp else 56.dp, bottom = 28.dp),
                    verticalArrangement = Arrangement.spacedBy(16.dp),
                ) {
                    if (!state.additional) Welcome()
                    Credentials(state, fields, working, actions)
                    ServerSettings(state.server, fields.server, working, actions, actions::submit)
                    Outcome(state.step)
                    if (state.certificate) {
                        TextButton(actions::openCertificate, Modifier.heightIn(min = 48.dp).testTag("certificate")) {
                            Text(strings.connectionCertificate)
                        }
                    }
                    Submit(fields, working, actions)
                    if (!working) {
                        TextButton(
                            actions::arrive,
                            Modifier.align(Alignment.CenterHorizontally).heightIn(min = 48.dp).testTag("arrive"),
                        ) { Text(strings.arrivalTitle) }
                        if (!state.additional) {
                            TextButton(
                                actions::restoreBackup,
                                Modifier.align(Alignment.CenterHorizontally).heightIn(min = 48.dp)
                                    .testTag("restore-backup"),
                            ) { Text(strings.backupRestoreOpen) }
                        }
                        NoAccountYet(actions::signUp, actions::openInvitation.takeIf { !state.additional })
                    }
                }
            }
        }
    }
}

private fun TextFieldState.edits() = snapshotFlow { text.toString() }.drop(1)

@Composable
private fun Welcome() {
    Column(Modifier.fillMaxWidth().padding(bottom = 12.dp), horizontalAlignment = Alignment.CenterHorizontally) {
        LinnetBird(Modifier.size(96.dp))
        Spacer(Modifier.height(20.dp))
        Text(
            strings.signInTitle,
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.headlineMedium,
            textAlign = TextAlign.Center,
        )
        Spacer(Modifier.height(8.dp))
        Text(
            strings.signInLead,
            style = MaterialTheme.typography.bodyLarge,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            textAlign = TextAlign.Center,
        )
    }
}

@Composable
private fun Credentials(state: SignInState, fields: SignInFields, working: Boolean, actions: SignInActions) {
    LinnetField(
        fields.address,
        label = strings.signInAddress,
        placeholder = strings.signInAddressHint,
        error = strings.signInAddressInvalid.takeIf { state.addressInvalid },
        enabled = !working,
        keyboard = KeyboardOptions(
            keyboardType = KeyboardType.Email,
            imeAction = ImeAction.Next,
            autoCorrectEnabled = false,
        ),
        modifier = Modifier.semantics { contentType = ContentType.Username }.testTag("address"),
    )
    PasswordField(fields.password, !working, actions::submit)
}

@Composable
internal fun PasswordField(password: TextFieldState, enabled: Boolean, onSubmit: () -> Unit) {
    var shown by remember { mutableStateOf(false) }
    LinnetField(
        password,
        label = strings.signInPassword,
        secret = !shown,
        password = true,
        enabled = enabled,
        keyboard = KeyboardOptions(keyboardType = KeyboardType.Password, imeAction = ImeAction.Go),
        onKeyboardAction = onSubmit,
        trailing = {
            IconButton({ shown = !shown }) {
                val label = if (shown) strings.signInHidePassword else strings.signInShowPassword
                Icon(if (shown) Icons.EyeOff else Icons.Eye, label)
            }
        },
        modifier = Modifier.testTag("password"),
    )
}

/** Spoken as soon as it changes: the eye may rest on the button. */
@Composable
internal fun Outcome(step: SignInStep) {
    Box(Modifier.semantics { liveRegion = LiveRegionMode.Polite }.testTag("outcome")) {
        when (step) {
            SignInStep.Typing -> Unit
            is SignInStep.Refused -> ErrorText(strings.loginFailure(step.reason))
            is SignInStep.Trouble -> ErrorText(strings.trouble(step.cause))
            is SignInStep.Working -> Text(
                when {
                    step.waiting != null -> strings.connectionWaiting(strings.waitReason(step.waiting))
                    step.catchingUp -> strings.signInCatchingUp
                    else -> strings.signInWorking
                },
                style = MaterialTheme.typography.bodyMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
            )
        }
    }
}

@Composable
private fun Submit(fields: SignInFields, working: Boolean, actions: SignInActions) {
    // An invitation needs no password.
    val invited = isInvitation(fields.address.text)
    Column(horizontalAlignment = Alignment.CenterHorizontally, modifier = Modifier.fillMaxWidth()) {
        SubmitButton(
            if (invited) strings.invitedFollow else strings.signInButton,
            working,
            enabled = !working && fields.address.text.isNotBlank() && (invited || fields.password.text.isNotEmpty()),
            onClick = actions::submit,
        )
        if (working) TextButton(actions::cancel) { Text(strings.cancel) }
    }
}

@Composable
private fun NoAccountYet(onSignUp: () -> Unit, onInvitation: (() -> Unit)?) {
    Column(Modifier.fillMaxWidth(), horizontalAlignment = Alignment.CenterHorizontally) {
        Text(
            strings.signUpNone,
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
        OutlinedButton(
            onSignUp,
            Modifier.padding(top = 8.dp).fillMaxWidth().heightIn(min = 52.dp).testTag("sign-up"),
            shape = MaterialTheme.shapes.medium,
            colors = ButtonDefaults.outlinedButtonColors(contentColor = MaterialTheme.colorScheme.primary),
        ) { Text(strings.signUpBegin, style = MaterialTheme.typography.titleMedium) }
        if (onInvitation != null) {
            TextButton(onInvitation, Modifier.padding(top = 8.dp).heightIn(min = 48.dp).testTag("invitation")) {
                Text(strings.invitedTitle)
            }
        }
    }
}

@Composable
internal fun SubmitButton(text: String, working: Boolean, enabled: Boolean, onClick: () -> Unit) {
    Button(
        onClick = onClick,
        enabled = enabled,
        modifier = Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("sign-in"),
        shape = MaterialTheme.shapes.medium,
    ) {
        if (working) {
            CircularProgressIndicator(Modifier.size(20.dp), strokeWidth = 2.dp)
            Spacer(Modifier.width(12.dp))
        }
        Text(text, style = MaterialTheme.typography.titleMedium)
    }
}

@Composable
internal fun ErrorText(text: String) {
    Row(
        Modifier.fillMaxWidth(),
        verticalAlignment = Alignment.CenterVertically,
        horizontalArrangement = Arrangement.spacedBy(10.dp),
    ) {
        Icon(Icons.Alert, null, Modifier.size(20.letterHigh), tint = MaterialTheme.colorScheme.error)
        Text(text, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.error)
    }
}
