package org.linnet.app

import android.app.Activity
import android.app.Application
import android.os.Bundle
import android.util.Log
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.linnet.core.Client
import org.linnet.core.CommandException
import org.linnet.core.OpenException
import org.linnet.core.Options
import org.linnet.core.PlatformNetwork
import org.linnet.core.SubscriptionException
import org.linnet.ui.ClientCore
import org.linnet.ui.Core
import org.linnet.ui.Opening
import org.linnet.ui.words.tag
import java.io.File
import java.util.Locale

/**
 * Holds the one client of the process. It is opened off the main thread, hears about the network and whether anybody
 * looks, and sleeps while no Activity is visible, unless [ConnectionService] keeps it awake.
 */
open class LinnetApplication : Application() {
    /** Lives as long as the process: what is sent here is not cancelled by a closed screen. */
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)

    private val client = MutableStateFlow<Client?>(null)
    private val mutable = MutableStateFlow<Opening>(Opening.Working)
    private val visible = MutableStateFlow(0)
    val opening: StateFlow<Opening> = mutable.asStateFlow()

    /** The core knows that the app is in front: it has decided whether it is locked. */
    val inFront = MutableStateFlow(false)

    /** Whether [ConnectionService] runs. */
    internal val background = MutableStateFlow(false)

    /** The chat before the user's eyes. */
    val viewed = MutableStateFlow<Long?>(null)

    val backgroundSetting by lazy { BackgroundSetting(this) }
    private val notifications by lazy { Notifications(this) }
    val memory by lazy { AndroidMemory(this) }
    private val databaseKey by lazy { DatabaseKey(File(noBackupFilesDir, "database.key")) }
    private val database get() = File(noBackupFilesDir, "linnet.db")

    override fun onCreate() {
        super.onCreate()
        registerActivityLifecycleCallbacks(Visibility())
        open()
        scope.launch { sleepUnseen() }
        scope.launch { opening.collectLatest { if (it is Opening.Ready) serve(it.core) } }
    }

    /** Never called on a phone, but the end of every test: the core's threads outlive a test otherwise. */
    override fun onTerminate() {
        client.value?.end()
        scope.cancel()
        super.onTerminate()
    }

    fun open() {
        mutable.value = Opening.Working
        scope.launch {
            mutable.value = try {
                val opened = withContext(Dispatchers.IO) { openClient() }
                client.value = opened
                Opening.Ready(coreOf(opened))
            } catch (failure: OpenException) {
                Opening.Failed(failure)
            }
        }
    }

    /** After the user was asked: the database can't be opened again, so it and its key go. */
    fun startAfresh() {
        scope.launch {
            withContext(Dispatchers.IO) {
                // The database and whatever lies beside it under its name.
                val left = noBackupFilesDir.listFiles { file -> file.name.startsWith(database.name) }
                left.orEmpty().forEach(File::delete)
                databaseKey.forget()
            }
            open()
        }
    }

    private fun openClient(): Client {
        val opened = Client.open(
            Options(database.path, trustedRoots(), Locale.getDefault().tag),
            AndroidPlatform(this, databaseKey),
            network(),
        )
        NetworkWatch(this, opened).start()
        return opened
    }

    protected open fun network(): PlatformNetwork = AndroidNetwork()

    protected open fun coreOf(opened: Client): Core = ClientCore(opened)

    /** More certificates to trust than the device's: none but in tests. */
    protected open fun trustedRoots(): String? = null

    /**
     * Nobody looks, so the connection is let go before the system freezes the process and the server talks to a wall.
     * The moment's patience bridges a turn of the screen.
     */
    private suspend fun sleepUnseen() {
        combine(client, visible, background, ::Triple).collectLatest { (opened, count, kept) ->
            if (opened == null) return@collectLatest
            if (count == 0) {
                delay(PATIENCE)
                // The main thread may be at rest already.
                withContext(Dispatchers.Default) {
                    if (kept) opened.resume()
                    tellActive(opened, false)
                    if (!kept) opened.suspend()
                }
                return@collectLatest
            }
            // First, for while it is suspended the core lets every command wait.
            opened.resume()
            tellActive(opened, true)
            inFront.value = true
        }
    }

    private suspend fun tellActive(opened: Client, active: Boolean) {
        try {
            opened.setActive(active)
        } catch (trouble: CommandException) {
            // Servers then send more than they need to, which costs but loses nothing.
            Log.w("Linnet", "not told whether the app is in front: ${trouble.javaClass.simpleName}")
        }
    }

    /** What goes on for as long as there is a core: notifications, and the service that keeps it connected. */
    private suspend fun serve(core: Core) = coroutineScope {
        launch(Dispatchers.Default) {
            try {
                notifications.follow(core, viewed)
            } catch (failure: SubscriptionException) {
                Log.e("Linnet", "no notifications: ${failure.javaClass.simpleName}")
            }
        }
        launch {
            val someone = core.accounts().map { all -> all.any { it.enabled && it.signedIn } }
                .catch { if (it !is SubscriptionException) throw it }.distinctUntilChanged()
            combine(someone, backgroundSetting.on, visible, ::Triple).collect { (needed, on, count) ->
                backgroundSetting.needed = needed
                when {
                    !needed || !on -> if (background.value) ConnectionService.stop(this@LinnetApplication)
                    !background.value && count > 0 -> ConnectionService.start(this@LinnetApplication)
                }
            }
        }
    }

    private inner class Visibility : ActivityLifecycleCallbacks {
        override fun onActivityStarted(activity: Activity) {
            visible.value++
        }

        override fun onActivityStopped(activity: Activity) {
            visible.value--
            if (visible.value == 0) inFront.value = false
        }

        override fun onActivityCreated(activity: Activity, savedInstanceState: Bundle?) = Unit
        override fun onActivityResumed(activity: Activity) = Unit
        override fun onActivityPaused(activity: Activity) = Unit
        override fun onActivitySaveInstanceState(activity: Activity, outState: Bundle) = Unit
        override fun onActivityDestroyed(activity: Activity) = Unit
    }

    private companion object {
        const val PATIENCE = 1_000L
    }
}
