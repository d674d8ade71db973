package org.linnet.ui.backup

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import org.junit.After
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.linnet.core.CommandException
import org.linnet.ui.AppModel
import org.linnet.ui.FakeCore
import org.linnet.ui.FakeMemory
import org.linnet.ui.LinnetApp
import org.linnet.ui.english
import org.linnet.ui.previews.Fixtures
import org.linnet.ui.safety.Biometrics
import org.linnet.ui.words.LocalClock

class BackupTest {
    @get:Rule
    val rule = createComposeRule()

    private val core = FakeCore()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private var saved: ByteArray? = null
    private var writable = true
    private var file: ByteArray? = byteArrayOf(1, 2, 3)

    @After
    fun end() = scope.cancel()

    @Test
    fun `a file is saved, with what signs in only by the word of the owner`() {
        core.app.value = Fixtures.locking
        show()
        openBackup()
        rule.onNodeWithTag("passphrase").performScrollTo().performTextReplacement("short")
        rule.onNodeWithTag("save").performScrollTo().assertIsNotEnabled()
        rule.onNodeWithTag("passphrase").performScrollTo().performTextReplacement("correct horse")
        rule.onNodeWithTag("save").performScrollTo().performClick()
        shown("The file is saved.")
        assertArrayEquals(byteArrayOf(9), saved)
        assertTrue("back up correct horse false null" in core.asked)

        rule.onNodeWithTag("credentials").performScrollTo().performClick()
        rule.onNodeWithTag("save").performScrollTo().assertIsNotEnabled()
        core.refusal = CommandException.PinWrong()
        rule.onNodeWithTag("pin").performScrollTo().performTextInput("0000")
        rule.onNodeWithTag("save").performScrollTo().performClick()
        shown("That isn't the PIN of the app lock.")
        writable = false
        rule.onNodeWithTag("pin").performScrollTo().performTextInput("2580")
        rule.onNodeWithTag("save").performScrollTo().performClick()
        shown("The file could not be saved.")
        assertTrue("back up correct horse true 2580" in core.asked)
    }

    @Test
    fun `without an app lock the device is asked, if it can be`() {
        val answers = mutableListOf(false, true)
        show(object : Biometrics {
            override suspend fun ask(title: String) = answers.removeFirst()
        })
        openBackup()
        rule.onNodeWithTag("passphrase").performScrollTo().performTextReplacement("correct horse")
        rule.onNodeWithTag("credentials").performScrollTo().performClick()
        rule.onNodeWithTag("save").performScrollTo().performClick()
        shown("This phone could not make sure that you are its owner.")
        assertTrue(core.asked.none { it.startsWith("back up") })
        rule.onNodeWithTag("save").performScrollTo().performClick()
        shown("The file is saved.")
        assertTrue("back up correct horse true null" in core.asked)
    }

    @Test
    fun `a file is restored before anybody is signed in`() {
        core.accounts.value = emptyList()
        file = null
        show()
        shown("Welcome to Linnet")
        rule.onNodeWithTag("restore-backup").performScrollTo().performClick()
        rule.onNodeWithTag("choose").performScrollTo().performClick()
        shown("This file is too large, or can't be read.")
        file = byteArrayOf(1, 2, 3)
        rule.onNodeWithTag("choose").performScrollTo().performClick()
        rule.waitForIdle()
        core.refusal = CommandException.PassphraseWrong()
        rule.onNodeWithTag("opening").performScrollTo().performTextInput("wrong")
        rule.onNodeWithTag("restore").performScrollTo().performClick()
        shown("That isn't the passphrase of this file.")
        rule.onNodeWithTag("opening").performScrollTo().performTextInput("correct horse")
        rule.onNodeWithTag("restore").performScrollTo().performClick()
        shown("Accounts added: 1. Already here: 0. Contacts: 12. Blocked: 2.")
        assertEquals(listOf("restore wrong 3", "restore correct horse 3"), core.asked.filter { it.startsWith("restore") })
    }

    private fun openBackup() {
        shown("Bob Lindqvist")
        rule.onNodeWithTag("account").performClick()
        rule.onNodeWithTag("backup").performScrollTo().performClick()
        shown("Save the file…")
    }

    private fun shown(text: String) = rule.waitUntil(text, 10_000) {
        rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()
    }

    private fun show(biometrics: Biometrics? = null) {
        val model = AppModel(core, FakeMemory(), scope, scope, Fixtures.zone)
        val files = object : Files {
            override fun save(name: String, bytes: ByteArray, done: (Boolean) -> Unit) {
                if (writable) saved = bytes
                done(writable)
            }

            override fun open(picked: (ByteArray?) -> Unit) = picked(file)
        }
        rule.setContent {
            CompositionLocalProvider(LocalClock provides Fixtures.clock) {
                LinnetApp(model, english.copy(files = files, biometrics = biometrics), dark = false)
            }
        }
    }
}
