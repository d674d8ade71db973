package org.linnet.app

import android.app.Activity
import android.content.Context
import org.linnet.core.Client
import org.linnet.core.Lookup
import org.linnet.core.PlatformNetwork
import org.linnet.core.ProviderList
import org.linnet.core.Question
import org.linnet.ui.Core
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowActivity
import java.io.ByteArrayOutputStream
import java.io.DataOutputStream
import java.io.File
import java.security.Security

/** The real Application, that trusts the test server's authority and has a Keystore. */
open class TestApplication : LinnetApplication() {
    override fun attachBaseContext(base: Context) {
        // Providers belong to the JVM, but each of Robolectric's sandboxes has classes of its own.
        Security.removeProvider(FakeKeystore.NAME)
        Security.addProvider(FakeKeystore())
        super.attachBaseContext(base)
    }

    override fun trustedRoots(): String? = System.getenv("LINNET_TEST_CA")
}

/** The test's server stands in the list of servers, and the network's name service knows where it is. */
class ListedApplication : TestApplication() {
    override fun network(): PlatformNetwork = Names

    override fun coreOf(opened: Client): Core = Listed(super.coreOf(opened))

    private class Listed(private val core: Core) : Core by core {
        override fun providers(): ProviderList {
            val ours = """[{"jid":"${Server.domain}","inBandRegistration":true,"serverLocations":["de"]}]"""
            return ProviderList(core.readProviders(ours).providers + core.providers().providers, null)
        }
    }

    companion object {
        /** Where the server is to be found. */
        @Volatile
        var port = Server.port
    }

    private object Names : PlatformNetwork by AndroidNetwork() {
        override fun lookup(question: Question, lookup: Lookup) = lookup.use {
            when (question) {
                is Question.Srv -> {
                    val ours = question.name == "_xmpp-client._tcp.${Server.domain}."
                    it.records(if (ours) listOf(record("host.${Server.domain}", port)) else emptyList())
                }
                is Question.Addresses -> it.addresses(listOf("127.0.0.1"))
            }
        }

        /** RFC 2782: priority, weight, port, and the host as RFC 1035 writes names. */
        private fun record(host: String, port: Int): ByteArray {
            val data = ByteArrayOutputStream()
            DataOutputStream(data).run {
                writeShort(0)
                writeShort(0)
                writeShort(port)
                for (label in host.split('.')) {
                    writeByte(label.length)
                    writeBytes(label)
                }
                writeByte(0)
            }
            return data.toByteArray()
        }
    }
}

/** Something else lies where the database should be. */
class SpoiltApplication : TestApplication() {
    override fun onCreate() {
        File(noBackupFilesDir, "linnet.db").writeBytes(ByteArray(8_192) { (it * 7).toByte() })
        super.onCreate()
    }
}

/**
 * Robolectric keeps no account of what the list of recent apps may show. Every test names this shadow, and draws in the
 * same way: other settings are another sandbox, with another copy of the core's classes, and the core tells only one.
 */
@Implements(Activity::class)
class RecentsShadow : ShadowActivity() {
    var recents: Boolean? = null

    @Implementation
    @Suppress("unused")
    fun setRecentsScreenshotEnabled(enabled: Boolean) {
        recents = enabled
    }
}
