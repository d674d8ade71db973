package org.linnet.app

import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CameraMetadata
import androidx.lifecycle.Lifecycle
import androidx.lifecycle.LifecycleOwner
import androidx.test.core.app.ApplicationProvider
import org.junit.After
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import org.robolectric.shadows.ShadowCameraCharacteristics

/** The camera sees only while somebody looks, and sees again when they come back. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(
    sdk = [35],
    application = TestApplication::class,
    shadows = [RecentsShadow::class],
    qualifiers = "w411dp-h891dp-xhdpi",
)
class CameraViewTest {
    private val context = ApplicationProvider.getApplicationContext<TestApplication>()
    private val cameras = shadowOf(context.getSystemService(CameraManager::class.java))
    private val view by lazy { CameraView(context, { false }, {}) }
    private val screen = object : LifecycleOwner {
        override val lifecycle: Lifecycle get() = error("nobody asks for it")
    }

    @Before
    fun begin() {
        val back = ShadowCameraCharacteristics.newCameraCharacteristics()
        shadowOf(back).set(CameraCharacteristics.LENS_FACING, CameraMetadata.LENS_FACING_BACK)
        cameras.addCamera("0", back)
    }

    @After
    fun end() = view.close()

    @Test
    fun `it is closed out of sight and opened again in sight, though the texture comes only once`() {
        view.onStart(screen)
        view.onSurfaceTextureAvailable(SurfaceTexture(false), 100, 100)
        await("it is opened") { view.open }
        view.onStop(screen)
        await("nobody looks") { !view.open }
        view.onStart(screen)
        await("somebody looks again") { view.open }
    }

    @Test
    fun `another app takes it, and it comes back`() {
        view.onStart(screen)
        view.onSurfaceTextureAvailable(SurfaceTexture(false), 100, 100)
        await("it is opened") { view.open }
        cameras.triggerDisconnect()
        await("it is gone") { !view.open }
        view.onStop(screen)
        view.onStart(screen)
        await("it is back") { view.open }
    }

    @Test
    fun `a texture out of sight opens nothing until it is seen`() {
        view.onSurfaceTextureAvailable(SurfaceTexture(false), 100, 100)
        view.onStart(screen)
        await("it is opened") { view.open }
        view.onSurfaceTextureDestroyed(SurfaceTexture(false))
        await("without a texture there is nothing to see") { !view.open }
    }

    /** The camera has a thread of its own. */
    private fun await(what: String, holds: () -> Boolean) {
        val end = System.nanoTime() + 30_000_000_000
        while (!holds() && System.nanoTime() < end) Thread.onSpinWait()
        assertTrue(what, holds())
    }
}
