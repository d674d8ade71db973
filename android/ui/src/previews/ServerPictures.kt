package org.linnet.ui.previews

import org.linnet.core.CapabilityItem
import org.linnet.core.CertificateItem
import org.linnet.core.ContactAddress
import org.linnet.core.ContactKind
import org.linnet.core.LoginDetails
import org.linnet.core.Outage
import org.linnet.core.ServerCapability
import org.linnet.core.ServerDetailsItem
import org.linnet.core.Software
import org.linnet.core.Support
import org.linnet.ui.server.ServerActions
import org.linnet.ui.server.ServerScreen
import org.linnet.ui.server.ServerState

internal val serverPictures = listOf(
    Picture("server") { ServerScreen(ServerState(Fixtures.serverDetails, Fixtures.outage), NoServer) },
    Picture("server-never-asked") {
        val details = Fixtures.serverDetails
        val unknown = details.copy(
            capabilities = details.capabilities.map { it.copy(support = Support.UNKNOWN) },
            largestFile = null, addresses = emptyList(), login = null, asked = null,
        )
        ServerScreen(ServerState(unknown, offline = true), NoServer)
    },
)

val Fixtures.outage
    get() = Outage(planned = true, at(22, 0, daysAgo = -1), at(23, 30, daysAgo = -1), "New disks for the server")

val Fixtures.serverDetails: ServerDetailsItem
    get() {
        val lacks = setOf(ServerCapability.PUSH, ServerCapability.CALLS, ServerCapability.CLIENT_MANAGEMENT)
        val unsure = setOf(ServerCapability.DOWNGRADE_PROTECTION)
        val numbers = listOf(
            "0313", "0198", "0280", "0357", "0352", "0363", "0215", "0045", "0191", "0377", "0163 0490", "0398",
            "0386 0388 0484", "0440", "0474", "0494", "0157", "0455",
        )
        val lines = ServerCapability.entries.mapIndexed { at, capability ->
            val support = when (capability) {
                in lacks -> Support.NO
                in unsure -> Support.UNKNOWN
                else -> Support.YES
            }
            CapabilityItem(capability, numbers[at].split(' '), support)
        }
        return ServerDetailsItem(
            key = "1",
            account = 1,
            domain = "example.org",
            capabilities = lines,
            largestFile = 104_857_600u,
            software = Software("Prosody", "13.0.1"),
            addresses = listOf(
                ContactAddress(ContactKind.SUPPORT, "xmpp:help@rooms.example.org?join", link = true),
                ContactAddress(ContactKind.ABUSE, "mailto:abuse@example.org", link = true),
                ContactAddress(ContactKind.ADMIN, "the caretaker, second floor", link = false),
            ),
            outageFile = "https://status.example.org/now.json",
            statusPages = emptyList(),
            login = LoginDetails(
                "TLSv1.3",
                CertificateItem(
                    "3f1c", "CN=example.org", "C=US, O=Let's Encrypt, CN=R11", listOf("example.org"),
                    at(9, 0, daysAgo = 20), at(9, 0, daysAgo = -70), null, null, false,
                ),
                "SCRAM-SHA-256-PLUS",
                "tls-exporter",
            ),
            asked = at(18, 12),
            report = "Server: example.org\nSoftware: Prosody 13.0.1\n",
        )
    }

private object NoServer : ServerActions {
    override fun back() = Unit
    override fun open(uri: String) = Unit
    override fun copy(report: String) = Unit
}
