package org.linnet.ui.chat

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.linnet.ui.theme.Icons
import org.linnet.ui.theme.LinnetTopBar
import org.linnet.ui.words.strings

/** What the screen of a long text can ask for. */
interface WholeTextActions {
    fun back()
    fun loadMore()
    fun copy()
}

/** All of a text that is too long for a bubble: only what is on screen, and a little around it, is laid out. */
@Composable
fun WholeTextScreen(state: WholeTextState, actions: WholeTextActions, modifier: Modifier = Modifier) {
    val colors = MaterialTheme.colorScheme
    Surface(modifier.fillMaxSize(), color = colors.background) {
        Column(Modifier.safeDrawingPadding()) {
            LinnetTopBar(strings.textTitle, onBack = actions::back) {
                IconButton(actions::copy, enabled = state.portions.isNotEmpty()) {
                    Icon(Icons.Copy, strings.messageCopy)
                }
            }
            if (state.portions.isEmpty() && !state.more) {
                Text(strings.textGone, Modifier.padding(20.dp), style = MaterialTheme.typography.bodyLarge)
                return@Column
            }
            val inks = Inks(colors.onSurface, colors.primary, colors.onSurfaceVariant)
            LazyColumn(
                Modifier.weight(1f).fillMaxWidth().testTag("whole-text"),
                contentPadding = PaddingValues(horizontal = 20.dp, vertical = 8.dp),
                verticalArrangement = Arrangement.spacedBy(4.dp),
            ) {
                items(state.portions) { portion ->
                    Body(portion.text, inks, Modifier.fillMaxWidth(), actor = state.sender.takeIf { portion.me })
                }
                if (state.more) item("more") { More(state.portions.size, actions::loadMore) }
            }
        }
    }
}

@Composable
private fun More(have: Int, onShown: () -> Unit) {
    LaunchedEffect(have) { onShown() }
    val description = strings.textLoading
    Box(
        Modifier.fillMaxWidth().padding(16.dp).semantics { contentDescription = description },
        contentAlignment = Alignment.Center,
    ) { CircularProgressIndicator(Modifier.size(22.dp), strokeWidth = 2.dp) }
}
