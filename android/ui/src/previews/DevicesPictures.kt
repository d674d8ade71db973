package org.linnet.ui.previews

import org.linnet.core.Availability
import org.linnet.core.ClientAccess
import org.linnet.core.OwnDevicesItem
import org.linnet.core.OwnSession
import org.linnet.core.RevokeProblem
import org.linnet.core.Support
import org.linnet.ui.devices.DevicesActions
import org.linnet.ui.devices.DevicesScreen

internal val devicesPictures = listOf(
    Picture("devices") { DevicesScreen(Fixtures.ownDevices, NoDevices) },
    Picture("devices-unlisted") {
        val item = Fixtures.ownDevices.copy(
            name = null, priority = 3, sessions = emptyList(),
            manages = Support.NO, clients = emptyList(), problem = null,
        )
        DevicesScreen(item, NoDevices)
    },
)

val Fixtures.ownDevices: OwnDevicesItem
    get() = OwnDevicesItem(
        key = "1",
        account = 1,
        name = "Phone",
        resource = "Phone.a7Gk",
        priority = 0,
        sessions = listOf(
            OwnSession("Phone.a7Gk", true, Availability.AVAILABLE, null, "Linnet 0.1.0"),
            OwnSession("Desk", false, Availability.AWAY, "Back at four", "Gajim 1.7.3"),
        ),
        manages = Support.YES,
        clients = listOf(
            ClientAccess("a", true, true, "Linnet", "Phone", at(9, 0, daysAgo = 90), at(18, 10), false, false),
            ClientAccess("b", false, false, "Conversations", "Old tablet", at(9, 0, daysAgo = 400),
                at(12, 0, daysAgo = 60), false, true),
            ClientAccess("c", false, true, "Gajim", null, at(9, 0, daysAgo = 30), at(18, 0), true, false),
        ),
        problem = RevokeProblem.PASSWORD_NEEDED,
        tokensMayStay = false,
    )

private object NoDevices : DevicesActions {
    override fun back() = Unit
    override fun set(name: String, priority: Int) = Unit
    override fun revoke(client: ClientAccess) = Unit
    override fun newPassword() = "gabot-lirem-hosad-fekon-pitav"
    override fun copy(text: String) = Unit
    override fun signOutEverywhere(password: String) = Unit
}
