package org.linnet.ui.previews

import org.linnet.core.OpenException
import org.linnet.core.Report
import org.linnet.core.ServerAddress
import org.linnet.ui.OpenFailedScreen
import org.linnet.ui.account.ChangePasswordDialog
import org.linnet.ui.account.DeleteDialog
import org.linnet.ui.account.ProxyDialog
import org.linnet.ui.account.ServerAddressDialog
import org.linnet.ui.contact.BlockDialog

/** What asks before something is done, and what is shown where nothing can be. */
internal val dialogPictures = listOf(
    Picture("block") { BlockDialog("mallory@elsewhere.example", reportable = true, { _, _ -> }, {}) },
    Picture("block-reporting") {
        BlockDialog("mallory@elsewhere.example", reportable = true, { _, _ -> }, {}, reported = Report.ABUSE)
    },
    Picture("change-password") { ChangePasswordDialog({ "gabot-lirem-hosad-fekon-pitav" }, {}, {}, {}) },
    Picture("delete-account") { DeleteDialog("alice@example.org", {}, {}) },
    Picture("server-address") { ServerAddressDialog(null, { true }, {}) },
    Picture("server-address-known") {
        ServerAddressDialog(ServerAddress("xmpp.example.org", 5299u, true), { true }, {})
    },
    Picture("proxy") { ProxyDialog(null, {}, {}) },
    Picture("open-lost") { OpenFailedScreen(OpenException.KeyOrFile(), {}, {}) },
    Picture("open-newer") { OpenFailedScreen(OpenException.NewerSchema(), {}, {}) },
    Picture("open-full") { OpenFailedScreen(OpenException.DiskFull(), {}, {}) },
)
