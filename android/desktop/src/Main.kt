package org.linnet.desktop

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.input.key.Key
import androidx.compose.ui.input.key.KeyEventType
import androidx.compose.ui.input.key.key
import androidx.compose.ui.input.key.type
import androidx.compose.ui.platform.LocalUriHandler
import androidx.compose.ui.platform.LocalWindowInfo
import androidx.compose.ui.platform.UriHandler
import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.unit.dp
import androidx.compose.ui.window.Window
import androidx.compose.ui.window.WindowPosition
import androidx.compose.ui.window.WindowState
import androidx.compose.ui.window.application
import java.awt.Desktop
import java.awt.Toolkit
import java.awt.datatransfer.StringSelection
import java.io.IOException
import java.net.URI
import java.net.URISyntaxException
import java.util.Locale
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.runBlocking
import org.linnet.core.Client
import org.linnet.core.CommandException
import org.linnet.core.OpenException
import org.linnet.ui.AppModel
import org.linnet.ui.ClientCore
import org.linnet.ui.Device
import org.linnet.ui.LinnetApp
import org.linnet.ui.theme.LinnetBirdPainter
import org.linnet.ui.theme.desktopFont
import org.linnet.ui.words.stringsFor
import org.linnet.ui.words.tag

/** The shared screens in a phone-sized window over this machine's own core: for development and `cargo xtask run`. */
fun main(arguments: Array<String>) {
    val options = try {
        Options.read(arguments)
    } catch (mistake: IllegalArgumentException) {
        System.err.println("linnet: ${mistake.message}\n${Options.USAGE}")
        exitProcess(2)
    }
    options.language?.let(Locale::setDefault)
    val client = try {
        open(options)
    } catch (failure: OpenException) {
        System.err.println("linnet: ${options.store}: ${failure.javaClass.simpleName}")
        exitProcess(1)
    }
    signIn(client, options)
    window(client, options)
    client.end()
}

private fun open(options: Options): Client {
    val folder = options.store.toFile().apply { mkdirs() }
    return Client.open(
        org.linnet.core.Options(
            folder.resolve("linnet.db").path,
            options.ca?.toString(),
            Locale.getDefault().tag,
        ),
        DesktopPlatform(folder),
    )
}

/** Adding a known account again only replaces its password and server. */
private fun signIn(client: Client, options: Options) {
    val address = options.address ?: return
    try {
        runBlocking { client.addAccount(address, checkNotNull(options.password), options.server, again = true) }
    } catch (trouble: CommandException) {
        System.err.println("linnet: can't add $address: ${trouble.javaClass.simpleName}")
        client.end()
        exitProcess(1)
    }
}

private fun window(client: Client, options: Options) = application(exitProcessOnExit = false) {
    val sending = remember { CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate) }
    val inFront = remember { MutableStateFlow(true) }
    val model = remember {
        AppModel(ClientCore(client), FileMemory(options.store.toFile()), sending, sending, inFront = inFront)
    }
    val locale = remember { Locale.getDefault() }
    LaunchedEffect(model) { options.open?.let(model::openLink) }
    var device by remember {
        mutableStateOf(
            Device(
                strings = stringsFor(locale),
                locale = locale,
                fontFamily = desktopFont(),
                enterSends = true,
                pickPicture = { picked -> pickPicture(sending, stringsFor(locale).scanPicture, picked) },
                files = DesktopFiles(sending, stringsFor(locale).backupTitle),
                copy = { Toolkit.getDefaultToolkit().systemClipboard.setContents(StringSelection(it), null) },
                decode = ::decodePicture,
            ),
        )
    }
    val state = remember {
        WindowState(
            position = options.position?.let { (x, y) -> WindowPosition(x.dp, y.dp) } ?: WindowPosition.PlatformDefault,
            size = DpSize(options.width.dp, options.height.dp),
        )
    }
    Window(
        onCloseRequest = ::exitApplication,
        state = state,
        title = options.title,
        icon = LinnetBirdPainter,
        onKeyEvent = { it.type == KeyEventType.KeyDown && it.key == Key.Escape && model.back() },
    ) {
        val focused = LocalWindowInfo.current.isWindowFocused
        LaunchedEffect(focused) { device = device.copy(watched = focused) }
        // A window beside another is still looked at; one in the task bar is not.
        LaunchedEffect(state) { snapshotFlow { state.isMinimized }.collect { minimized ->
                if (minimized) inFront.value = false
                tellActive(client, !minimized)
                inFront.value = !minimized
            }
        }
        CompositionLocalProvider(LocalUriHandler provides Browser) {
            if (options.dark == null) LinnetApp(model, device) else LinnetApp(model, device, options.dark)
        }
    }
}

private suspend fun tellActive(client: Client, active: Boolean) {
    try {
        client.setActive(active)
    } catch (trouble: CommandException) {
        // Servers then send more than they need to, which costs but loses nothing.
        System.err.println("linnet: not told whether the window is in front: ${trouble.javaClass.simpleName}")
    }
}

/** What a contact sent as a link may be none, and a machine may have nothing to open it with. */
private object Browser : UriHandler {
    override fun openUri(uri: String) {
        try {
            Desktop.getDesktop().browse(URI(uri))
        } catch (failure: URISyntaxException) {
            System.err.println("linnet: not a link: ${failure.reason}")
        } catch (failure: IOException) {
            System.err.println("linnet: can't open a link: ${failure.message}")
        } catch (failure: UnsupportedOperationException) {
            System.err.println("linnet: no browser here: ${failure.message}")
        }
    }
}
