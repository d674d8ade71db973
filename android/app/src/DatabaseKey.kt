package org.linnet.app

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.util.AtomicFile
import android.util.Log
import java.io.File
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.ProviderException
import java.security.SecureRandom
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * The database's key: random, and on disk only wrapped by a key that never leaves the device's Keystore.
 *
 * The file is the 12-byte nonce followed by the AES-GCM ciphertext. A key that can't be unwrapped any more is never
 * silently replaced: the empty answer makes the core say that the database can't be opened, and the user decides.
 */
class DatabaseKey(private val file: File) {
    private val atomic = AtomicFile(file)

    fun read(): ByteArray = try {
        if (file.exists()) unwrap(atomic.readFully()) else create()
    } catch (failure: GeneralSecurityException) {
        lost(failure)
    } catch (failure: ProviderException) {
        // How a Keystore tells that the secure hardware is out of order.
        lost(failure)
    } catch (failure: IOException) {
        lost(failure)
    }

    fun forget() {
        atomic.delete()
        keystore().deleteEntry(ALIAS)
    }

    private fun create(): ByteArray {
        val key = ByteArray(KEY_BYTES).also { SecureRandom().nextBytes(it) }
        val cipher = Cipher.getInstance(TRANSFORMATION).apply { init(Cipher.ENCRYPT_MODE, wrappingKey()) }
        val stream = atomic.startWrite()
        try {
            stream.write(cipher.iv)
            stream.write(cipher.doFinal(key))
            atomic.finishWrite(stream)
        } catch (failure: IOException) {
            atomic.failWrite(stream)
            throw failure
        }
        return key
    }

    private fun unwrap(wrapped: ByteArray): ByteArray {
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.DECRYPT_MODE, wrappingKey(), GCMParameterSpec(TAG_BITS, wrapped, 0, NONCE_BYTES))
        return cipher.doFinal(wrapped, NONCE_BYTES, wrapped.size - NONCE_BYTES)
    }

    private fun wrappingKey(): SecretKey {
        (keystore().getKey(ALIAS, null) as SecretKey?)?.let { return it }
        val use = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val form = KeyGenParameterSpec.Builder(ALIAS, use)
            .setKeySize(KEY_BYTES * 8)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .build()
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER).apply { init(form) }.generateKey()
    }

    private fun keystore(): KeyStore = KeyStore.getInstance(PROVIDER).apply { load(null) }

    private fun lost(failure: Exception): ByteArray {
        Log.e("Linnet", "the database key can't be had: ${failure.javaClass.simpleName}")
        return ByteArray(0)
    }

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
        const val ALIAS = "database"
        const val TRANSFORMATION = "AES/GCM/NoPadding"
        const val KEY_BYTES = 32
        const val NONCE_BYTES = 12
        const val TAG_BITS = 128
    }
}
