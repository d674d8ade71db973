package org.linnet.app

import android.net.DnsResolver
import android.net.http.X509TrustManagerExtensions
import android.os.Build
import androidx.annotation.RequiresApi
import org.linnet.core.Judgement
import org.linnet.core.Lookup
import org.linnet.core.PlatformNetwork
import org.linnet.core.Question
import java.net.InetAddress
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.cert.CertPathValidatorException
import java.security.cert.CertPathValidatorException.BasicReason
import java.security.cert.CertificateFactory
import java.security.cert.CertificateRevokedException
import java.security.cert.X509Certificate
import java.util.concurrent.Executor
import javax.net.ssl.TrustManagerFactory
import javax.net.ssl.X509TrustManager

/**
 * What only Android knows of networks: its resolver, which follows the network of the moment, VPN and private DNS, and
 * whom it trusts. Answers go to the core raw; what they mean is decided there. Called from the core's own threads.
 */
class AndroidNetwork : PlatformNetwork {
    private val trust by lazy {
        val factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
        factory.init(null as KeyStore?)
        X509TrustManagerExtensions(factory.trustManagers.filterIsInstance<X509TrustManager>().first())
    }

    override fun lookup(question: Question, lookup: Lookup) {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q) return lookup.use { it.pass() }
        when (question) {
            is Question.Srv -> records(question.name, lookup)
            is Question.Addresses -> addresses(question.host, lookup)
        }
    }

    override fun judge(chain: List<ByteArray>, domain: String): Judgement = try {
        val factory = CertificateFactory.getInstance("X.509")
        val certificates = chain.map { factory.generateCertificate(it.inputStream()) as X509Certificate }
        // How the key was agreed on is not known with TLS 1.3, and not looked at; only it may not be empty.
        trust.checkServerTrusted(certificates.toTypedArray(), certificates.first().publicKey.algorithm, domain)
        Judgement.TRUSTED
    } catch (failure: GeneralSecurityException) {
        if (revoked(failure)) Judgement.REVOKED else Judgement.NOT_TRUSTED
    } catch (_: RuntimeException) {
        // Bytes that are no certificates, or a trust manager that can't judge: nothing was found trustworthy.
        Judgement.NOT_TRUSTED
    }

    private fun revoked(failure: Throwable) = generateSequence(failure) { it.cause }.take(CAUSES).any {
        it is CertificateRevokedException || (it as? CertPathValidatorException)?.reason == BasicReason.REVOKED
    }

    @RequiresApi(Build.VERSION_CODES.Q)
    private fun records(name: String, lookup: Lookup) {
        val answer = Answer<ByteArray>(lookup) { bytes, code ->
            when (code) {
                NO_ERROR -> message(bytes)
                NO_NAME -> records(emptyList())
                else -> failed()
            }
        }
        DnsResolver.getInstance()
            .rawQuery(null, name.trimEnd('.'), DnsResolver.CLASS_IN, SRV, DnsResolver.FLAG_EMPTY, Here, null, answer)
    }

    @RequiresApi(Build.VERSION_CODES.Q)
    private fun addresses(host: String, lookup: Lookup) {
        val answer = Answer<List<InetAddress>>(lookup) { found, code ->
            if (code == NO_ERROR || code == NO_NAME) addresses(found.mapNotNull { it.hostAddress }) else failed()
        }
        DnsResolver.getInstance().query(null, host, DnsResolver.FLAG_EMPTY, Here, null, answer)
    }

    /** Hands an answer over and lets go of the way back. */
    @RequiresApi(Build.VERSION_CODES.Q)
    private class Answer<T : Any>(private val lookup: Lookup, private val tell: Lookup.(T, Int) -> Unit) :
        DnsResolver.Callback<T> {
        override fun onAnswer(answer: T, rcode: Int) = lookup.use { it.tell(answer, rcode) }
        override fun onError(error: DnsResolver.DnsException) = lookup.use { it.failed() }
    }

    /** Handing over takes no time, so it needs no thread. */
    private object Here : Executor {
        override fun execute(command: Runnable) = command.run()
    }

    private companion object {
        const val SRV = 33
        const val NO_ERROR = 0
        const val NO_NAME = 3
        const val CAUSES = 16
    }
}
