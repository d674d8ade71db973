package org.linnet.app

import android.app.Activity
import android.content.ContentProvider
import android.content.ContentValues
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.provider.DocumentsContract
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createAndroidComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.lifecycle.ViewModelProvider
import androidx.test.core.app.ApplicationProvider
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import java.io.File

/** The system's screens for files lie over ours for as long as the user likes: what may become of ours meanwhile. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(
    sdk = [35],
    application = TestApplication::class,
    shadows = [RecentsShadow::class],
    qualifiers = "w411dp-h891dp-xhdpi",
)
class DocumentFilesTest {
    @get:Rule
    val rule = createAndroidComposeRule<MainActivity>()

    @get:Rule
    val folder = TemporaryFolder()

    private lateinit var documents: Documents
    private lateinit var file: File
    private val bytes = byteArrayOf(1, 2, 3)

    @Before
    fun begin() {
        documents = Robolectric.buildContentProvider(Documents::class.java).create(Documents.AUTHORITY).get()
        file = folder.newFile("backup")
        // Robolectric can't hand out the file itself: its descriptors are not Java's.
        val resolver = shadowOf(ApplicationProvider.getApplicationContext<TestApplication>().contentResolver)
        resolver.registerInputStreamSupplier(Documents.uri, file::inputStream)
        resolver.registerOutputStreamSupplier(Documents.uri, file::outputStream)
        await("the welcome") { shown("Welcome to Linnet") }
    }

    @Test
    fun `a turn of the screen loses nothing of what is to be saved`() {
        var told: Boolean? = null
        val asked = ask { save("Linnet.linnetbackup", bytes) { told = it } }
        rule.activityRule.scenario.recreate()
        answer(asked)
        await("it is told") { told != null }
        assertEquals(true, told)
        assertArrayEquals(bytes, file.readBytes())
    }

    @Test
    fun `what went with the process is told, and leaves no empty file`() {
        val asked = ask { save("Linnet.linnetbackup", bytes) { error("nobody is left to be told") } }
        endProcess()
        answer(asked)
        await("it is told") { shown("Nothing was saved: Linnet was closed meanwhile. Please save the file once more.") }
        assertEquals(listOf(Documents.uri), documents.deleted)
    }

    @Test
    fun `an older file that was to be replaced stays`() {
        file.writeBytes(byteArrayOf(9))
        val asked = ask { save("Linnet.linnetbackup", bytes) { error("nobody is left to be told") } }
        endProcess()
        answer(asked)
        await("it is told") { shown("Nothing was saved: Linnet was closed meanwhile. Please save the file once more.") }
        assertEquals(emptyList<Uri>(), documents.deleted)
        assertArrayEquals(byteArrayOf(9), file.readBytes())
    }

    @Test
    fun `a turn of the screen loses no file that is to be restored`() {
        file.writeBytes(bytes)
        rule.onNodeWithTag("restore-backup").performScrollTo().performClick()
        await("the way to choose one") { there("choose") }
        rule.onNodeWithTag("choose").performScrollTo().performClick()
        val asked = shadowOf(rule.activity).nextStartedActivityForResult.requestCode
        rule.activityRule.scenario.recreate()
        answer(asked)
        await("its passphrase is asked for") { there("opening") }
    }

    @Test
    fun `a turn of the screen loses no picture, and the end of the process is told`() {
        file.writeBytes(bytes)
        var picked: ByteArray? = null
        val asked = ask { openPicture { picked = it } }
        rule.activityRule.scenario.recreate()
        answer(asked)
        await("it is there") { picked != null }
        assertArrayEquals(bytes, picked)

        val again = ask { openPicture { error("nobody is left to be told") } }
        endProcess()
        answer(again)
        await("it is told") { shown("Linnet was closed meanwhile. Please choose once more.") }
    }

    /** The number under which the system will answer. */
    private fun ask(what: DocumentFiles.() -> Unit): Int {
        rule.runOnUiThread { ViewModelProvider(rule.activity)[MainActivity.Kept::class.java].files.what() }
        return shadowOf(rule.activity).nextStartedActivityForResult.requestCode
    }

    private fun answer(asked: Int) {
        val document = Intent().setData(Documents.uri)
        rule.runOnUiThread {
            rule.activity.activityResultRegistry.dispatchResult(asked, Activity.RESULT_OK, document)
        }
    }

    /** All but what Android keeps of an Activity is gone. */
    private fun endProcess() {
        rule.runOnUiThread { rule.activity.viewModelStore.clear() }
        rule.activityRule.scenario.recreate()
    }

    private fun there(tag: String) = rule.onAllNodes(hasTestTag(tag)).fetchSemanticsNodes().isNotEmpty()

    private fun shown(text: String) =
        rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes().isNotEmpty()

    /** Pumps the main looper, also for what is not on the screen. */
    private fun await(what: String, condition: () -> Boolean) = rule.waitUntil(what, 30_000) {
        rule.waitForIdle()
        condition()
    }

    /** Whoever keeps the document. */
    class Documents : ContentProvider() {
        val deleted = ArrayList<Uri>()

        override fun call(method: String, arg: String?, extras: Bundle?): Bundle {
            check(method == "android:deleteDocument") { method }
            deleted += checkNotNull(extras?.getParcelable("uri", Uri::class.java))
            return Bundle.EMPTY
        }

        override fun onCreate() = true
        override fun getType(uri: Uri) = "application/octet-stream"
        override fun insert(uri: Uri, values: ContentValues?) = null
        override fun delete(uri: Uri, selection: String?, arguments: Array<out String>?) = 0
        override fun query(
            uri: Uri,
            projection: Array<out String>?,
            selection: String?,
            arguments: Array<out String>?,
            order: String?,
        ) = null
        override fun update(
            uri: Uri,
            values: ContentValues?,
            selection: String?,
            arguments: Array<out String>?,
        ) = 0

        companion object {
            const val AUTHORITY = "org.linnet.documents"
            val uri: Uri = DocumentsContract.buildDocumentUri(AUTHORITY, "backup")
        }
    }
}
