package org.linnet.ui.code

import androidx.compose.foundation.text.input.TextFieldState
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.linnet.core.Link
import org.linnet.core.LinkException
import org.linnet.core.QrException
import org.linnet.core.readLink
import org.linnet.core.readQrFrame
import org.linnet.core.readQrPicture
import org.linnet.ui.Frame
import java.util.concurrent.atomic.AtomicBoolean

/** Why what was looked at leads nowhere. */
enum class ScanTrouble { JUNK, UNSUPPORTED, DEVICE, NO_CODE, PICTURE_UNREADABLE, PICTURE_TOO_LARGE }

data class ScanState(val trouble: ScanTrouble? = null, val reading: Boolean = false)

/** Looks for a code, frame by frame or in a picture. [obey] takes what it says, and says why it leads nowhere. */
class ScanModel private constructor(
    private val obey: (String) -> ScanTrouble?,
    private val scope: CoroutineScope,
    private val reading: CoroutineDispatcher,
) {
    /** The first link ends it: [found] is called once. What leads nowhere is told, and looking goes on. */
    constructor(
        scope: CoroutineScope,
        reading: CoroutineDispatcher = Dispatchers.Default,
        found: (Link) -> Unit,
    ) : this(firstLink(found), scope, reading)

    private val mutable = MutableStateFlow(ScanState())
    val state = mutable.asStateFlow()
    private val busy = AtomicBoolean(false)

    /** A link that came by another way than a code. */
    val link = TextFieldState()

    /** Whether another frame can be looked at now; the camera need not copy it otherwise. */
    val wantsFrame: Boolean get() = !busy.get()

    /** From any thread; frames that come too fast are left out. */
    fun frame(frame: Frame) {
        if (!busy.compareAndSet(false, true)) return
        scope.launch {
            try {
                val text = withContext(reading) {
                    readQrFrame(frame.luma, frame.width.toUInt(), frame.height.toUInt(), frame.stride.toUInt())
                }
                if (text != null) take(text)
            } catch (odd: QrException) {
                // A frame that is none: the next one comes.
            } finally {
                busy.set(false)
            }
        }
    }

    /** A picture or screenshot of the user's; null: too large to be looked at. */
    fun picture(bytes: ByteArray?) {
        if (bytes == null) {
            mutable.update { it.copy(trouble = ScanTrouble.PICTURE_TOO_LARGE) }
            return
        }
        mutable.update { ScanState(reading = true) }
        scope.launch {
            val trouble = try {
                val text = withContext(reading) { readQrPicture(bytes) }
                if (text == null) ScanTrouble.NO_CODE else take(text)
            } catch (large: QrException.PictureTooLarge) {
                ScanTrouble.PICTURE_TOO_LARGE
            } catch (unreadable: QrException) {
                ScanTrouble.PICTURE_UNREADABLE
            }
            mutable.update { ScanState(trouble) }
        }
    }

    /** What stands in [link] is wanted. */
    fun follow() {
        val text = link.text.trim().toString()
        if (text.isNotEmpty()) take(text)
    }

    /** A correction makes the complaint go away. */
    fun edited() = mutable.update { it.copy(trouble = null) }

    private fun take(text: String): ScanTrouble? {
        val trouble = obey(text)
        mutable.update { it.copy(trouble = trouble) }
        return trouble
    }

    companion object {
        /** For codes that are no links: [taken] gets each text, also the same again. */
        fun ofTexts(
            scope: CoroutineScope,
            reading: CoroutineDispatcher = Dispatchers.Default,
            taken: (String) -> ScanTrouble?,
        ) = ScanModel(taken, scope, reading)

        private fun firstLink(found: (Link) -> Unit): (String) -> ScanTrouble? {
            var done = false
            return { text ->
                try {
                    val link = readLink(text)
                    if (!done) {
                        done = true
                        found(link)
                    }
                    null
                } catch (bad: LinkException) {
                    when (bad) {
                        is LinkException.Unreadable -> ScanTrouble.JUNK
                        is LinkException.Unsupported -> ScanTrouble.UNSUPPORTED
                        is LinkException.Device -> ScanTrouble.DEVICE
                    }
                }
            }
        }
    }
}
