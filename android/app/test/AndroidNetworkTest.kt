package org.linnet.app

import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.linnet.core.Judgement
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import java.io.File
import java.security.cert.CertificateFactory

/** What can be told of the network's side without a phone: nothing that it can't judge is ever trusted. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [35], application = TestApplication::class, shadows = [RecentsShadow::class])
class AndroidNetworkTest {
    @Test
    fun `what is no certificate is not trusted`() {
        for (chain in listOf(emptyList(), listOf(ByteArray(0)), listOf(ByteArray(64) { 0x30 }))) {
            assertEquals(Judgement.NOT_TRUSTED, AndroidNetwork().judge(chain, "linnet.test"))
        }
    }

    @Test
    fun `a certificate of an unknown authority is not trusted`() {
        val factory = CertificateFactory.getInstance("X.509")
        val authority = File(Server.ca).inputStream().use { factory.generateCertificate(it) }
        assertEquals(Judgement.NOT_TRUSTED, AndroidNetwork().judge(listOf(authority.encoded), "linnet.test"))
    }
}
