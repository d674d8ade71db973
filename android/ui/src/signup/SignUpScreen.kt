package org.linnet.ui.signup

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
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
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.platform.LocalAutofillManager
import androidx.compose.ui.platform.LocalUriHandler
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.linnet.core.Provider
import org.linnet.core.SignUpField
import org.linnet.core.SignUpProblem
import org.linnet.ui.signin.ErrorText
import org.linnet.ui.signin.ServerActions
import org.linnet.ui.signin.ServerFields
import org.linnet.ui.theme.LinnetBird
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.loginFailure
import org.linnet.ui.words.signUpProblem
import org.linnet.ui.words.strings
import org.linnet.ui.words.trouble
import org.linnet.ui.words.waitReason

/** What the sign-up screen can ask for. */
interface SignUpActions : ServerActions {
    fun back()
    fun choose(provider: Provider)
    fun setOwn(own: Boolean)
    fun startOwn()
    fun edited()
    fun submit()
    fun newPassword()
    fun copy(text: String)
    fun tryAgain()
    fun chooseAnother()
    fun signIn()
}

/** What is typed into the sign-up screen, and how a server's picture becomes one of ours. */
class SignUpFields(
    val search: TextFieldState,
    val domain: TextFieldState,
    val server: ServerFields,
    val answer: (SignUpField) -> Answer,
    val decode: (ByteArray) -> ImageBitmap?,
)

@Composable
fun SignUpScreen(
    state: SignUpScreenState,
    fields: SignUpFields,
    actions: SignUpActions,
    modifier: Modifier = Modifier,
) {
    val step = state.step
    val autofill = LocalAutofillManager.current
    // The moment to keep what was typed: the password is an account's now.
    LaunchedEffect(step is SignUpStep.Made) { if (step is SignUpStep.Made) autofill?.commit() }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding().imePadding()) {
            LinnetTopBar(strings.signUpBegin, onBack = actions::back)
            if (step is SignUpStep.Choosing && !state.own) {
                ServerList(state, fields.search, actions, Modifier.weight(1f))
                return@Column
            }
            Box(Modifier.weight(1f).fillMaxWidth().verticalScroll(rememberScrollState())) {
                Column(
                    Modifier.align(Alignment.TopCenter).widthIn(max = 440.dp).fillMaxWidth()
                        .padding(horizontal = 28.dp).padding(top = 16.dp, bottom = 28.dp),
                    verticalArrangement = Arrangement.spacedBy(16.dp),
                ) {
                    when (step) {
                        SignUpStep.Choosing -> OwnServer(state, fields, actions)
                        is SignUpStep.Asking -> Working(strings.signUpAsking(step.server))
                        is SignUpStep.Filling -> Form(step, fields, actions)
                        is SignUpStep.OnTheWeb -> OnTheWeb(step, actions)
                        is SignUpStep.Failed -> Failed(step, actions)
                        is SignUpStep.Made -> Made(step)
                    }
                    state.trouble?.let { ErrorText(strings.trouble(it)) }
                }
            }
        }
    }
}

@Composable
private fun Form(step: SignUpStep.Filling, fields: SignUpFields, actions: SignUpActions) {
    Title(step.form.title ?: strings.signUpOn(step.server))
    step.form.instructions?.let { Lead(it) }
    for (field in step.form.fields) FieldRow(field, step, fields, actions)
    step.form.web?.let { url ->
        val browser = LocalUriHandler.current
        TextButton({ browser.openUri(url) }, Modifier.heightIn(min = 48.dp)) { Text(strings.signUpWebInstead) }
    }
    Spoken { step.problem?.let { Problem(it) } }
    BigButton(
        if (step.sending) strings.signUpSending else strings.signUpSubmit,
        actions::submit,
        Modifier.testTag("create"),
        working = step.sending,
    )
}

@Composable
private fun OnTheWeb(step: SignUpStep.OnTheWeb, actions: SignUpActions) {
    val browser = LocalUriHandler.current
    Title(step.server)
    Lead(strings.signUpWebLead(step.server))
    step.instructions?.let { Lead(strings.signUpServerSays(it)) }
    Text(step.url, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
    BigButton(strings.signUpWebOpen, { browser.openUri(step.url) }, Modifier.testTag("open-web"))
    TextButton(actions::signIn, Modifier.fillMaxWidth().heightIn(min = 48.dp)) { Text(strings.signUpWebSignIn) }
    TextButton(actions::chooseAnother, Modifier.fillMaxWidth().heightIn(min = 48.dp)) { Text(strings.signUpAnother) }
}

@Composable
private fun Failed(step: SignUpStep.Failed, actions: SignUpActions) {
    Title(step.server)
    Spoken { Problem(step.problem) }
    BigButton(strings.storageRetry, actions::tryAgain, Modifier.testTag("try-again"))
    TextButton(actions::chooseAnother, Modifier.fillMaxWidth().heightIn(min = 48.dp).testTag("another")) {
        Text(strings.signUpAnother)
    }
}

@Composable
private fun Made(step: SignUpStep.Made) {
    Column(Modifier.fillMaxWidth(), horizontalAlignment = Alignment.CenterHorizontally) {
        LinnetBird(Modifier.size(96.dp))
        Spacer(Modifier.size(20.dp))
        Text(
            strings.signUpMade(step.address),
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.headlineSmall,
            textAlign = TextAlign.Center,
        )
    }
    Spoken {
        when {
            step.refused != null -> ErrorText(strings.loginFailure(step.refused))
            step.waiting != null -> Working(strings.connectionWaiting(strings.waitReason(step.waiting)))
            else -> Working(strings.signInWorking)
        }
    }
}

@Composable
internal fun Title(text: String) =
    Text(text, Modifier.semantics { heading() }, style = MaterialTheme.typography.headlineSmall)

@Composable
internal fun Lead(text: String) = Text(
    text,
    style = MaterialTheme.typography.bodyLarge,
    color = MaterialTheme.colorScheme.onSurfaceVariant,
)

@Composable
private fun Working(text: String) {
    Row(verticalAlignment = Alignment.CenterVertically) {
        CircularProgressIndicator(Modifier.size(24.dp), strokeWidth = 2.5.dp)
        Spacer(Modifier.width(14.dp))
        Text(text, style = MaterialTheme.typography.bodyLarge)
    }
}

@Composable
private fun Problem(problem: SignUpProblem) {
    val (words, server) = strings.signUpProblem(problem)
    ErrorText(words)
    if (server != null) Lead(strings.signUpServerSays(server))
}

/** Read out as soon as it changes: the eye may rest on the button. */
@Composable
private fun Spoken(content: @Composable ColumnScope.() -> Unit) {
    Column(
        Modifier.semantics { liveRegion = LiveRegionMode.Polite }.testTag("outcome"),
        verticalArrangement = Arrangement.spacedBy(8.dp),
        content = content,
    )
}

@Composable
internal fun BigButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    working: Boolean = false,
) {
    Button(
        onClick,
        modifier.fillMaxWidth().heightIn(min = 52.dp),
        enabled = enabled && !working,
        shape = MaterialTheme.shapes.medium,
    ) {
        if (working) {
            CircularProgressIndicator(Modifier.size(20.dp), strokeWidth = 2.dp)
            Spacer(Modifier.width(12.dp))
        }
        Text(text, style = MaterialTheme.typography.titleMedium)
    }
}
