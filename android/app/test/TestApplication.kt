package org.linnet.app

import android.content.Context
import java.security.Security

/** The real Application, that trusts the test server's authority and has a Keystore. */
class TestApplication : LinnetApplication() {
    override fun attachBaseContext(base: Context) {
        if (Security.getProvider(FakeKeystore.NAME) == null) Security.addProvider(FakeKeystore())
        super.attachBaseContext(base)
    }

    override fun trustedRoots(): String? = System.getenv("LINNET_TEST_CA")
}
