package org.linnet.app

import android.app.Notification
import android.app.PendingIntent
import android.app.Service
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.os.Build
import android.os.IBinder
import android.util.Log
import androidx.core.app.NotificationCompat
import androidx.core.app.ServiceCompat
import androidx.core.content.ContextCompat

/**
 * Keeps the process, and so the connection, alive while no screen is open. It does nothing itself: that it runs is what
 * [LinnetApplication] looks at before it lets the connection go.
 */
class ConnectionService : Service() {
    override fun onBind(intent: Intent?): IBinder? = null

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        val type = if (Build.VERSION.SDK_INT >= 34) ServiceInfo.FOREGROUND_SERVICE_TYPE_SPECIAL_USE else 0
        ServiceCompat.startForeground(this, ID, notification(), type)
        val linnet = application as LinnetApplication
        if (!linnet.backgroundSetting.on.value || !linnet.backgroundSetting.needed) {
            // Switched off while it was starting: Android wants to see the notification first all the same.
            stopSelf()
            return START_NOT_STICKY
        }
        linnet.background.value = true
        return START_STICKY
    }

    override fun onDestroy() {
        (application as LinnetApplication).background.value = false
        super.onDestroy()
    }

    private fun notification(): Notification {
        Notifications.channels(this)
        val words = ResourceStrings(resources)
        val open = PendingIntent.getActivity(
            this,
            0,
            Intent(this, MainActivity::class.java),
            PendingIntent.FLAG_UPDATE_CURRENT or PendingIntent.FLAG_IMMUTABLE,
        )
        return NotificationCompat.Builder(this, Notifications.CONNECTION)
            .setSmallIcon(R.drawable.ic_notification)
            .setColor(Notifications.COLOR)
            .setContentTitle(words.notificationConnected)
            .setContentText(words.notificationConnectedText)
            .setContentIntent(open)
            .setOngoing(true)
            .setShowWhen(false)
            .setPriority(NotificationCompat.PRIORITY_MIN)
            .setCategory(NotificationCompat.CATEGORY_SERVICE)
            .build()
    }

    companion object {
        internal const val ID = 2

        fun start(context: Context) {
            try {
                ContextCompat.startForegroundService(context, Intent(context, ConnectionService::class.java))
            } catch (refused: IllegalStateException) {
                // Android allows it only at certain moments; the next time the app is seen is one.
                Log.w("Linnet", "the connection can't be kept now: ${refused.javaClass.simpleName}")
            }
        }

        fun stop(context: Context) {
            context.stopService(Intent(context, ConnectionService::class.java))
        }
    }
}

/** After a start of the device or an update of the app nobody would connect until the app is opened. */
class StartReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        val started = intent.action == Intent.ACTION_BOOT_COMPLETED || intent.action == Intent.ACTION_MY_PACKAGE_REPLACED
        if (started && BackgroundSetting(context).let { it.on.value && it.needed }) ConnectionService.start(context)
    }
}
