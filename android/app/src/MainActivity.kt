package org.linnet.app

import android.Manifest
import android.app.Application
import android.content.ClipData
import android.content.ClipboardManager
import android.content.Intent
import android.content.pm.PackageManager
import android.graphics.BitmapFactory
import android.net.Uri
import android.os.Build
import android.os.Bundle
import android.os.PersistableBundle
import android.provider.Settings
import android.text.format.DateFormat
import android.view.WindowManager.LayoutParams.FLAG_SECURE
import androidx.activity.ComponentActivity
import androidx.activity.compose.BackHandler
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.activity.result.contract.ActivityResultContracts
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.platform.LocalConfiguration
import androidx.compose.ui.platform.LocalWindowInfo
import androidx.core.app.NotificationManagerCompat
import androidx.lifecycle.AndroidViewModel
import androidx.lifecycle.ViewModelProvider
import androidx.lifecycle.viewModelScope
import kotlinx.coroutines.flow.MutableStateFlow
import org.linnet.core.AppItem
import org.linnet.ui.AppModel
import org.linnet.ui.Core
import org.linnet.ui.Device
import org.linnet.ui.LinnetApp
import org.linnet.ui.NotificationAccess
import org.linnet.ui.OpenFailedScreen
import org.linnet.ui.Opening
import org.linnet.ui.Place
import org.linnet.ui.Shown
import org.linnet.ui.Surroundings

/** The app's only Activity. Everything on it is shared with the desktop; here is what only Android has. */
class MainActivity : ComponentActivity() {
    private val linnet get() = application as LinnetApplication
    private val access = object : NotificationAccess {
        override val allowed = MutableStateFlow(true)
        override fun openSettings() = startActivity(
            Intent(Settings.ACTION_APP_NOTIFICATION_SETTINGS).putExtra(Settings.EXTRA_APP_PACKAGE, packageName),
        )
    }
    private val wanted = MutableStateFlow<Long?>(null)

    /** A link that another app handed over. */
    private val wantedLink = MutableStateFlow<String?>(null)
    private val ask = registerForActivityResult(ActivityResultContracts.RequestPermission()) {}
    private val cameraAllowed = MutableStateFlow<Boolean?>(null)
    private val askForCamera = registerForActivityResult(ActivityResultContracts.RequestPermission()) {
        linnet.memory.keep(ASKED_CAMERA)
        cameraAllowed.value = it
    }
    private val camera by lazy {
        if (!packageManager.hasSystemFeature(PackageManager.FEATURE_CAMERA_ANY)) return@lazy null
        AndroidCamera(cameraAllowed, { askForCamera.launch(Manifest.permission.CAMERA) }, ::openAppSettings)
    }
    private val contactsAllowed = MutableStateFlow<Boolean?>(null)
    private val askForContacts = registerForActivityResult(ActivityResultContracts.RequestPermission()) {
        linnet.memory.keep(ASKED_CONTACTS)
        contactsAllowed.value = it
    }
    private val phoneBook by lazy {
        val ask = { askForContacts.launch(Manifest.permission.READ_CONTACTS) }
        AndroidPhoneBook(contentResolver, contactsAllowed, ask, ::openAppSettings)
    }
    private lateinit var screens: DocumentFiles.Screens
    private val kept by lazy { ViewModelProvider(this)[Kept::class.java] }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        screens = kept.files.attach(this)
        enableEdgeToEdge()
        if (savedInstanceState == null) openFrom(intent)
        val reopen = savedInstanceState?.getLong(OPEN_CHAT, NONE)?.takeIf { it != NONE }
        setContent {
            val opening by linnet.opening.collectAsState()
            when (val now = opening) {
                Opening.Working -> Unit
                is Opening.Failed -> Surroundings(device()) {
                    OpenFailedScreen(now.cause, onRetry = linnet::open, onStartAfresh = linnet::startAfresh)
                }
                is Opening.Ready -> App(kept.model(linnet, now.core, reopen))
            }
        }
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        openFrom(intent)
    }

    override fun onResume() {
        super.onResume()
        // The user may come back from the system's settings.
        access.allowed.value = NotificationManagerCompat.from(this).areNotificationsEnabled()
        val granted = checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED
        cameraAllowed.value = if (granted) true else false.takeIf { linnet.memory.has(ASKED_CAMERA) }
        val readable = checkSelfPermission(Manifest.permission.READ_CONTACTS) == PackageManager.PERMISSION_GRANTED
        contactsAllowed.value = if (readable) true else false.takeIf { linnet.memory.has(ASKED_CONTACTS) }
    }

    override fun onPause() {
        linnet.viewed.value = null
        super.onPause()
    }

    override fun onDestroy() {
        kept.files.detach(screens)
        super.onDestroy()
    }

    /** The chat of a tapped notification; a start from the list of recent apps repeats an old tap. */
    private fun openFrom(intent: Intent) {
        if (intent.flags and Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY != 0) return
        if (intent.action == Intent.ACTION_VIEW) wantedLink.value = intent.dataString
        wanted.value = intent.getLongExtra(Notifications.CHAT, NONE).takeIf { it != NONE }
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        kept.model?.openChat?.let { outState.putLong(OPEN_CHAT, it) }
    }

    @Composable
    private fun App(model: AppModel) {
        val shown by model.shown.collectAsState()
        BackHandler((shown as? Shown.Top)?.let { it.depth > 1 } == true) { model.back() }
        val focused = LocalWindowInfo.current.isWindowFocused
        val top = (shown as? Shown.Top)?.place
        LaunchedEffect(top, focused) { linnet.viewed.value = (top as? Place.Chat)?.model?.chat?.takeIf { focused } }
        val chat by wanted.collectAsState()
        LaunchedEffect(chat) {
            chat?.let {
                model.openFromOutside(it)
                wanted.value = null
            }
        }
        val link by wantedLink.collectAsState()
        LaunchedEffect(link) {
            link?.let {
                model.openLink(it)
                wantedLink.value = null
            }
        }
        val lost by kept.files.lost.collectAsState()
        LaunchedEffect(lost) {
            lost?.let {
                model.tell(it)
                kept.files.told()
            }
        }
        val settings by model.lock.settings.collectAsState()
        LaunchedEffect(settings) { settings?.let(::hide) }
        if (top is Place.Chats) LaunchedEffect(Unit) { askForNotifications() }
        LinnetApp(model, device().copy(watched = focused))
    }

    /** A lock is of no use if what it guards is to be seen among the open apps. */
    private fun hide(settings: AppItem) {
        val locks = settings.lock != null
        val secure = settings.hidesScreen || locks && Build.VERSION.SDK_INT < 33
        window.setFlags(if (secure) FLAG_SECURE else 0, FLAG_SECURE)
        if (Build.VERSION.SDK_INT >= 33) setRecentsScreenshotEnabled(!locks && !settings.hidesScreen)
    }

    /** Once, when the user is in: before that there is nothing to tell, and later it is too late for the first. */
    private fun askForNotifications() {
        if (Build.VERSION.SDK_INT < 33 || linnet.memory.has(ASKED)) return
        linnet.memory.keep(ASKED)
        val permission = Manifest.permission.POST_NOTIFICATIONS
        if (checkSelfPermission(permission) != PackageManager.PERMISSION_GRANTED) ask.launch(permission)
    }

    @Composable
    private fun device(): Device {
        val configuration = LocalConfiguration.current
        return remember(configuration) {
            Device(
                strings = ResourceStrings(resources),
                locale = configuration.locales[0],
                hour24 = DateFormat.is24HourFormat(this),
                copy = { copy(it, secret = false) },
                longestCopy = LONGEST_COPY,
                copySecret = { copy(it, secret = true) },
                share = ::share,
                camera = camera,
                pickPicture = kept.files::openPicture,
                files = kept.files,
                phoneBook = phoneBook,
                decode = { BitmapFactory.decodeByteArray(it, 0, it.size)?.asImageBitmap() },
                background = linnet.backgroundSetting,
                notifications = access,
                biometrics = AndroidBiometrics.of(this),
                hidesScreen = true,
            )
        }
    }

    /** Of a secret, Android shows dots instead of the text (since 13), and keyboards need not remember it. */
    private fun copy(text: String, secret: Boolean) {
        val clip = ClipData.newPlainText(null, text)
        if (secret) clip.description.extras = PersistableBundle().apply { putBoolean(IS_SENSITIVE, true) }
        getSystemService(ClipboardManager::class.java).setPrimaryClip(clip)
    }

    private fun share(text: String) {
        val send = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, text)
        startActivity(Intent.createChooser(send, null))
    }

    private fun openAppSettings() = startActivity(
        Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.fromParts("package", packageName, null)),
    )

    /** What a turn of the screen must not lose. */
    internal class Kept(application: Application) : AndroidViewModel(application) {
        var model: AppModel? = null
            private set
        val files = DocumentFiles(application.contentResolver, viewModelScope)

        fun model(application: LinnetApplication, core: Core, reopen: Long?): AppModel =
            model ?: AppModel(
                core,
                application.memory,
                viewModelScope,
                application.scope,
                reopen = reopen,
                inFront = application.inFront,
            ).also { model = it }
    }

    private companion object {
        const val ASKED = "asked/notifications"
        const val ASKED_CAMERA = "asked/camera"
        const val ASKED_CONTACTS = "asked/contacts"
        const val OPEN_CHAT = "chat"
        const val NONE = Long.MIN_VALUE

        /** UTF-16 units of a text: what goes to another process, all in all, has to fit into 1 MiB. */
        const val LONGEST_COPY = 300_000

        /** `ClipDescription.EXTRA_IS_SENSITIVE`: older Androids do not know the name, but some keyboards there do. */
        const val IS_SENSITIVE = "android.content.extra.IS_SENSITIVE"
    }
}
