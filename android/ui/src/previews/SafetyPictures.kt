package org.linnet.ui.previews

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.remember
import org.linnet.core.NotificationContent
import org.linnet.ui.safety.LockActions
import org.linnet.ui.safety.LockScreen
import org.linnet.ui.safety.LockState
import org.linnet.ui.safety.PinOutcome
import org.linnet.ui.safety.SafetyActions
import org.linnet.ui.safety.SafetyScreen

internal val safetyPictures = listOf(
    Picture("lock") {
        val state = LockState.Locked(biometrics = true, waitUntil = null, wrong = true, working = false)
        LockScreen(state, remember { TextFieldState() }, NoLock)
    },
    Picture("lock-waiting") {
        val state = LockState.Locked(biometrics = false, waitUntil = Fixtures.lockWait, wrong = false, working = false)
        LockScreen(state, remember { TextFieldState() }, NoLock)
    },
    Picture("safety") { SafetyScreen(Fixtures.app, NoSafety, biometrics = true, hides = true) },
    Picture("safety-locking") { SafetyScreen(Fixtures.locking, NoSafety, biometrics = true, hides = true) },
)

private object NoLock : LockActions {
    override fun edited() = Unit
    override fun unlock() = Unit
    override fun unlockByDevice() = Unit
}

private object NoSafety : SafetyActions {
    override fun back() = Unit
    override fun setPin(current: String?, pin: String?, done: (PinOutcome) -> Unit) = Unit
    override fun setLockOptions(biometrics: Boolean, patience: Long) = Unit
    override fun lockNow() = Unit
    override fun setNotificationContent(content: NotificationContent) = Unit
    override fun hideScreen(hides: Boolean) = Unit
}
