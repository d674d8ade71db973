package org.linnet.ui

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch

/**
 * Begins nothing that is under way: of two quick taps the second would ask for what the first has already used up, and
 * its refusal would be told instead of what was done. Only for the thread of the screens.
 */
internal class Once(private val scope: CoroutineScope) {
    private val under = HashSet<Any>()

    /** Two of the same [what] are one. */
    operator fun invoke(what: Any, run: suspend () -> Unit) {
        if (!under.add(what)) return
        scope.launch {
            try {
                run()
            } finally {
                under -= what
            }
        }
    }
}
