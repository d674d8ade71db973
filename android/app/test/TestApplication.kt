package org.linnet.app

import android.content.Context
import java.io.File
import java.security.Security

/** The real Application, that trusts the test server's authority and has a Keystore. */
open class TestApplication : LinnetApplication() {
    override fun attachBaseContext(base: Context) {
        // Anew: providers belong to the process, but one made in another of Robolectric's class loaders has other classes.
        Security.removeProvider(FakeKeystore.NAME)
        Security.addProvider(FakeKeystore())
        super.attachBaseContext(base)
    }

    override fun trustedRoots(): String? = System.getenv("LINNET_TEST_CA")
}

/** Something else lies where the database should be. */
class SpoiltApplication : TestApplication() {
    override fun onCreate() {
        File(noBackupFilesDir, "linnet.db").writeBytes(ByteArray(8_192) { (it * 7).toByte() })
        super.onCreate()
    }
}
