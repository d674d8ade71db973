package org.linnet.ui.password

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.flow.drop
import org.linnet.ui.signin.Outcome
import org.linnet.ui.signin.PasswordField
import org.linnet.ui.signin.SignInStep
import org.linnet.ui.signin.SubmitButton
import org.linnet.ui.theme.Avatar
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings

/** What the password screen can ask for. */
interface PasswordActions {
    fun back()
    fun submit()
    fun edited()
}

@Composable
fun PasswordScreen(
    state: PasswordState,
    password: TextFieldState,
    actions: PasswordActions,
    modifier: Modifier = Modifier,
) {
    val working = state.step is SignInStep.Working
    LaunchedEffect(password) { snapshotFlow { password.text.toString() }.drop(1).collect { actions.edited() } }
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding().imePadding()) {
            LinnetTopBar(strings.passwordTitle, onBack = actions::back)
            Box(Modifier.weight(1f).fillMaxWidth().verticalScroll(rememberScrollState())) {
                Column(
                    Modifier.align(Alignment.TopCenter).widthIn(max = 440.dp)
                        .padding(horizontal = 28.dp, vertical = 20.dp),
                    verticalArrangement = Arrangement.spacedBy(16.dp),
                    horizontalAlignment = Alignment.CenterHorizontally,
                ) {
                    Avatar(state.address, state.address, size = 72.dp)
                    Text(
                        strings.passwordText(state.address),
                        style = MaterialTheme.typography.bodyLarge,
                        color = MaterialTheme.colorScheme.onSurfaceVariant,
                        textAlign = TextAlign.Center,
                    )
                    PasswordField(password, !working, actions::submit)
                    Box(Modifier.fillMaxWidth()) { Outcome(state.step) }
                    SubmitButton(
                        strings.passwordButton,
                        working,
                        enabled = !working && password.text.isNotEmpty(),
                        onClick = actions::submit,
                    )
                }
            }
        }
    }
}
