package org.linnet.ui.contact

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.linnet.ui.code.CodeCard
import org.linnet.ui.code.LinkWays
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings

/** What the screen of a contact's code can ask for. */
interface ContactCodeActions {
    fun back()
    fun copy(link: String)
    fun share(link: String)
}

/** A contact's address, to be passed on to somebody else. [shares]: the device can hand a text to other apps. */
@Composable
fun ContactCodeScreen(
    state: ContactCodeState?,
    actions: ContactCodeActions,
    modifier: Modifier = Modifier,
    shares: Boolean = false,
) {
    Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(state?.title.orEmpty(), onBack = actions::back)
            if (state == null) return@Column
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).padding(horizontal = 20.dp, vertical = 8.dp),
                horizontalAlignment = Alignment.CenterHorizontally,
            ) {
                CodeCard(state.drawn, state.address)
                Text(
                    strings.contactCodeText(state.title),
                    Modifier.padding(top = 16.dp),
                    style = MaterialTheme.typography.bodyLarge,
                    textAlign = TextAlign.Center,
                )
                Spacer(Modifier.size(16.dp))
                LinkWays(state.link, actions::copy, actions::share, shares)
            }
        }
    }
}
