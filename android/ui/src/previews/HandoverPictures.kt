package org.linnet.ui.previews

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.remember
import androidx.compose.ui.graphics.Color
import org.linnet.core.AccountItem
import org.linnet.core.CommandException
import org.linnet.core.Connection
import org.linnet.ui.code.CameraState
import org.linnet.ui.code.ScanState
import org.linnet.ui.handover.ArrivalActions
import org.linnet.ui.handover.ArrivalScreen
import org.linnet.ui.handover.ArrivalState
import org.linnet.ui.handover.HandoverActions
import org.linnet.ui.handover.HandoverScreen
import org.linnet.ui.handover.HandoverState
import org.linnet.ui.handover.HandoverStep

private fun arrival(name: String, state: ArrivalState) = Picture("arrival-$name") {
    ArrivalScreen(state, ScanState(), CameraState.ON, NoArrival) { Box(it.background(Color(0xff33403a))) }
}

private fun handover(name: String, step: HandoverStep, trouble: CommandException? = null) = Picture("handover-$name") {
    val state = HandoverState("alice@example.org", step, trouble)
    HandoverScreen(state, remember { TextFieldState("2580") }, ScanState(), CameraState.ON, NoHandover, true) {
        Box(it.background(Color(0xff33403a)))
    }
}

/** An account on its way to a further phone, on both. */
internal val handoverPictures = listOf(
    arrival("code", ArrivalState(Fixtures.drawn)),
    arrival("digits", ArrivalState(Fixtures.drawn, looking = true, digits = "402 917")),
    arrival("foreign", ArrivalState(Fixtures.drawn, looking = true, trouble = CommandException.Foreign())),
    arrival("over", ArrivalState(over = true)),
    arrival("arrived", ArrivalState(account = Fixtures.account.copy(connection = Connection.Connecting))),
    handover("scan", HandoverStep.Scanning, CommandException.Newer()),
    handover("question", HandoverStep.Asking(pin = true, byDevice = true)),
    handover("digits", HandoverStep.Comparing(Fixtures.drawn, "402 917")),
    handover("sealed", HandoverStep.Sealed(Fixtures.drawn)),
    handover("differed", HandoverStep.Stopped(differed = true)),
)

private object NoArrival : ArrivalActions {
    override fun back() = Unit
    override fun allowCamera() = Unit
    override fun openSettings() = Unit
    override fun pickPicture() = Unit
    override fun scan() = Unit
    override fun again() = Unit
    override fun mend(account: AccountItem) = Unit
}

private object NoHandover : HandoverActions {
    override fun back() = Unit
    override fun allowCamera() = Unit
    override fun openSettings() = Unit
    override fun pickPicture() = Unit
    override fun goOn() = Unit
    override fun goOnByDevice() = Unit
    override fun edited() = Unit
    override fun compared(same: Boolean) = Unit
    override fun again() = Unit
}
