package org.linnet.app

import android.content.Context
import androidx.core.content.edit
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import org.linnet.ui.Background

/** Whether to stay connected while the app is closed: on, until the user says otherwise. */
class BackgroundSetting(context: Context) : Background {
    private val kept = context.getSharedPreferences("background", Context.MODE_PRIVATE)
    private val mutable = MutableStateFlow(kept.getBoolean(ON, true))
    override val on: StateFlow<Boolean> = mutable.asStateFlow()

    /** Whether there is an account to connect, as it was last known: asked before the database is open. */
    var needed: Boolean
        get() = kept.getBoolean(NEEDED, false)
        set(value) = kept.edit { putBoolean(NEEDED, value) }

    override fun set(on: Boolean) {
        kept.edit { putBoolean(ON, on) }
        mutable.value = on
    }

    private companion object {
        const val ON = "on"
        const val NEEDED = "needed"
    }
}
