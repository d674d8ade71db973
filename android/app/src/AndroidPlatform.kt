package org.linnet.app

import android.content.Context
import android.content.pm.ApplicationInfo
import android.provider.Settings
import android.util.Log
import org.linnet.core.LogLevel
import org.linnet.core.Platform
import org.linnet.ui.Memory

/** What the core asks of Android. Called from the core's own threads. */
class AndroidPlatform(private val context: Context, private val key: DatabaseKey) : Platform {
    private val debuggable = context.applicationInfo.flags and ApplicationInfo.FLAG_DEBUGGABLE != 0

    override fun databaseKey(): ByteArray = key.read()

    /** Empty if the device doesn't count its boots: the core then asks the kernel. */
    override fun bootId(): String {
        val count = Settings.Global.getInt(context.contentResolver, Settings.Global.BOOT_COUNT, -1)
        return if (count < 0) "" else "boot-$count"
    }

    override fun log(level: LogLevel, target: String, message: String) {
        val line = "$target: $message"
        when (level) {
            LogLevel.ERROR -> Log.e(TAG, line)
            LogLevel.WARN -> Log.w(TAG, line)
            LogLevel.INFO -> Log.i(TAG, line)
            // These may name addresses: never in a build that people use.
            LogLevel.DEBUG -> if (debuggable) Log.d(TAG, line)
            LogLevel.TRACE -> if (debuggable) Log.v(TAG, line)
        }
    }

    private companion object {
        const val TAG = "Linnet"
    }
}

/** Notices already seen. */
class AndroidMemory(context: Context) : Memory {
    private val marks = context.getSharedPreferences("seen", Context.MODE_PRIVATE)

    override fun has(mark: String): Boolean = marks.contains(mark)
    override fun keep(mark: String) = marks.edit().putBoolean(mark, true).apply()
}
