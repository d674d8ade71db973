package org.linnet.app

import android.app.Activity
import android.app.KeyguardManager
import android.hardware.biometrics.BiometricManager.Authenticators.BIOMETRIC_WEAK
import android.hardware.biometrics.BiometricManager.Authenticators.DEVICE_CREDENTIAL
import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.os.CancellationSignal
import androidx.annotation.RequiresApi
import kotlinx.coroutines.suspendCancellableCoroutine
import org.linnet.ui.safety.Biometrics
import kotlin.coroutines.resume

/** Fingerprint or face, or what else unlocks the phone. */
@RequiresApi(30)
class AndroidBiometrics(private val activity: Activity) : Biometrics {
    override suspend fun ask(title: String): Boolean = suspendCancellableCoroutine { answer ->
        val signal = CancellationSignal()
        answer.invokeOnCancellation { signal.cancel() }
        val heard = object : BiometricPrompt.AuthenticationCallback() {
            override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult) = give(true)

            // Also when the user turns away; a finger that does not fit is asked for again by the system.
            override fun onAuthenticationError(code: Int, text: CharSequence) = give(false)

            private fun give(succeeded: Boolean) {
                if (answer.isActive) answer.resume(succeeded)
            }
        }
        BiometricPrompt.Builder(activity).setTitle(title)
            .setAllowedAuthenticators(BIOMETRIC_WEAK or DEVICE_CREDENTIAL)
            .build().authenticate(signal, activity.mainExecutor, heard)
    }

    companion object {
        /** Null where the system has no such dialog, or the phone itself has no lock. */
        fun of(activity: Activity): Biometrics? {
            if (Build.VERSION.SDK_INT < 30) return null
            val secure = activity.getSystemService(KeyguardManager::class.java).isDeviceSecure
            return if (secure) AndroidBiometrics(activity) else null
        }
    }
}
