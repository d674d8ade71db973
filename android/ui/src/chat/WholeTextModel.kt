package org.linnet.ui.chat

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import org.linnet.core.TextOf
import org.linnet.core.TextPortion
import org.linnet.ui.Core

data class WholeTextState(
    /** What was read so far. */
    val portions: List<TextPortion> = emptyList(),
    /** More of it can be read. */
    val more: Boolean = true,
    /** Who does what a text says that its sender does. */
    val sender: String? = null,
)

/** A text that is too long for a bubble, read as far as somebody looks at it. */
class WholeTextModel(
    private val core: Core,
    private val of: TextOf,
    sender: String?,
    private val scope: CoroutineScope,
) {
    private val shown = MutableStateFlow(WholeTextState(sender = sender))
    val state: StateFlow<WholeTextState> = shown.asStateFlow()
    private var asked = -1

    /** The end of what was read comes into sight; asked once for each portion. */
    fun loadMore() {
        val before = shown.value
        if (!before.more || asked == before.portions.size) return
        asked = before.portions.size
        scope.launch {
            val portion = core.textPortion(of, before.portions.lastOrNull()?.next ?: 0u)
            shown.value = before.copy(portions = before.portions + listOfNotNull(portion), more = portion?.next != null)
        }
    }

    fun copy(copy: (String) -> Unit) {
        scope.launch { core.text(of)?.let(copy) }
    }
}
