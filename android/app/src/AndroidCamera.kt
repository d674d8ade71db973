package org.linnet.app

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.graphics.Matrix
import android.graphics.RectF
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CameraMetadata
import android.hardware.camera2.CaptureRequest
import android.hardware.camera2.params.OutputConfiguration
import android.hardware.camera2.params.SessionConfiguration
import android.media.Image
import android.media.ImageReader
import android.os.Build
import android.os.Handler
import android.os.HandlerThread
import android.util.Log
import android.util.Size
import android.view.Surface
import android.view.TextureView
import androidx.annotation.RequiresApi
import androidx.compose.runtime.Composable
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.viewinterop.AndroidView
import androidx.lifecycle.DefaultLifecycleObserver
import androidx.lifecycle.LifecycleOwner
import androidx.lifecycle.compose.LocalLifecycleOwner
import kotlinx.coroutines.flow.StateFlow
import org.linnet.ui.Camera
import org.linnet.ui.Frame
import kotlin.math.abs
import kotlin.math.max

/** The back camera by Camera2; [ask] and [openSettings] belong to the Activity. */
class AndroidCamera(
    override val allowed: StateFlow<Boolean?>,
    private val onAsk: () -> Unit,
    private val onOpenSettings: () -> Unit,
) : Camera {
    override fun ask() = onAsk()
    override fun openSettings() = onOpenSettings()

    @Composable
    override fun Preview(wanted: () -> Boolean, onFrame: (Frame) -> Unit, modifier: Modifier) {
        val isWanted by rememberUpdatedState(wanted)
        val take by rememberUpdatedState(onFrame)
        val owner = LocalLifecycleOwner.current
        AndroidView(
            factory = { context -> CameraView(context, { isWanted() }) { take(it) }.also(owner.lifecycle::addObserver) },
            modifier = modifier,
            onRelease = {
                owner.lifecycle.removeObserver(it)
                it.close()
            },
        )
    }
}

/**
 * Shows what the camera sees, filling its place, and hands out frames in grey.
 *
 * Invariants: the camera is open only while the screen is in sight, whatever takes it away; back in sight it is opened
 * anew, for the texture outlives that and is announced only once.
 */
internal class CameraView(
    context: Context,
    private val wanted: () -> Boolean,
    private val onFrame: (Frame) -> Unit,
) : TextureView(context), TextureView.SurfaceTextureListener, DefaultLifecycleObserver {
    private val cameras = context.getSystemService(CameraManager::class.java)
    private val thread = HandlerThread("camera").apply { start() }
    private val handler = Handler(thread.looper)

    @Volatile
    private var device: CameraDevice? = null

    /** It sees something. */
    internal val open get() = device != null

    private var reader: ImageReader? = null
    private var size = Size(WIDTH, HEIGHT)
    private var closed = false

    /** Where to show it, and whether anybody can see that. */
    private var texture: SurfaceTexture? = null
    private var inSight = false

    /** It was asked for, and has not answered. */
    private var opening = false

    init {
        surfaceTextureListener = this
    }

    override fun onSurfaceTextureAvailable(texture: SurfaceTexture, width: Int, height: Int) {
        fit()
        handler.post {
            this.texture = texture
            open()
        }
    }

    override fun onSurfaceTextureSizeChanged(texture: SurfaceTexture, width: Int, height: Int) = fit()
    override fun onSurfaceTextureUpdated(texture: SurfaceTexture) = Unit

    override fun onSurfaceTextureDestroyed(texture: SurfaceTexture): Boolean {
        handler.post {
            this.texture = null
            shut()
        }
        return true
    }

    override fun onStart(owner: LifecycleOwner) {
        handler.post {
            inSight = true
            open()
        }
    }

    override fun onStop(owner: LifecycleOwner) {
        handler.post {
            inSight = false
            shut()
        }
    }

    /** The screen is left. */
    fun close() {
        handler.post {
            closed = true
            shut()
            rest()
        }
    }

    /** Whatever was asked for has answered: nothing will be opened any more. */
    private fun rest() {
        if (closed && !opening) thread.quitSafely()
    }

    private fun shut() {
        device?.close()
        device = null
        reader?.close()
        reader = null
    }

    // Shown only once the user has allowed it; taken back meanwhile, opening throws.
    @SuppressLint("MissingPermission")
    private fun open() {
        val texture = texture ?: return
        if (closed || !inSight || opening || device != null) return
        try {
            val id = backCamera() ?: return
            size = sizeOf(id)
            post(::fit)
            opening = true
            cameras.openCamera(id, Opened(texture), handler)
        } catch (failure: CameraAccessException) {
            opening = false
            Log.w(TAG, "the camera can't be opened: ${failure.reason}")
        } catch (failure: SecurityException) {
            opening = false
            Log.w(TAG, "the camera is not allowed any more")
        }
    }

    private fun backCamera(): String? = cameras.cameraIdList.minByOrNull { id ->
        val facing = cameras.getCameraCharacteristics(id).get(CameraCharacteristics.LENS_FACING)
        if (facing == CameraMetadata.LENS_FACING_BACK) 0 else 1
    }

    /** The size that both the screen and the reader get: the one nearest to what is read fastest. */
    private fun sizeOf(id: String): Size {
        val map = cameras.getCameraCharacteristics(id).get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP)
        val sizes = map?.getOutputSizes(ImageFormat.YUV_420_888).orEmpty()
        return sizes.minByOrNull { abs(it.width * it.height - WIDTH * HEIGHT) } ?: Size(WIDTH, HEIGHT)
    }

    private inner class Opened(private val texture: SurfaceTexture) : CameraDevice.StateCallback() {
        override fun onOpened(camera: CameraDevice) {
            opening = false
            // The texture this was for may be gone, or have been followed by another one.
            if (closed || !inSight || texture !== this@CameraView.texture) {
                camera.close()
                rest()
                return open()
            }
            device = camera
            texture.setDefaultBufferSize(size.width, size.height)
            val frames = ImageReader.newInstance(size.width, size.height, ImageFormat.YUV_420_888, 2)
            frames.setOnImageAvailableListener(::take, handler)
            reader = frames
            val surfaces = listOf(Surface(texture), frames.surface)
            try {
                val request = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).apply {
                    surfaces.forEach(::addTarget)
                    set(CaptureRequest.CONTROL_AF_MODE, CameraMetadata.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
                }
                begin(camera, surfaces, Running(request.build()))
            } catch (failure: CameraAccessException) {
                Log.w(TAG, "the camera shows nothing: ${failure.reason}")
            }
        }

        override fun onDisconnected(camera: CameraDevice) = gone(camera)

        override fun onError(camera: CameraDevice, error: Int) {
            Log.w(TAG, "the camera failed: $error")
            gone(camera)
        }

        /** Another app has it, or it broke: with the next sight it is tried again. */
        private fun gone(camera: CameraDevice) {
            if (device == null) opening = false
            if (camera === device) shut() else camera.close()
            rest()
        }
    }

    private fun begin(camera: CameraDevice, surfaces: List<Surface>, running: Running) {
        if (Build.VERSION.SDK_INT >= 28) {
            beginAnew(camera, surfaces, running)
        } else {
            @Suppress("DEPRECATION")
            camera.createCaptureSession(surfaces, running, handler)
        }
    }

    @RequiresApi(28)
    private fun beginAnew(camera: CameraDevice, surfaces: List<Surface>, running: Running) {
        val outputs = surfaces.map(::OutputConfiguration)
        val regular = SessionConfiguration.SESSION_REGULAR
        camera.createCaptureSession(SessionConfiguration(regular, outputs, handler::post, running))
    }

    private inner class Running(private val request: CaptureRequest) : CameraCaptureSession.StateCallback() {
        override fun onConfigured(session: CameraCaptureSession) {
            try {
                if (device != null) session.setRepeatingRequest(request, null, handler)
            } catch (failure: CameraAccessException) {
                Log.w(TAG, "the camera stopped: ${failure.reason}")
            } catch (failure: IllegalStateException) {
                // Closed between the question and this line.
                Log.w(TAG, "the camera is closed")
            }
        }

        override fun onConfigureFailed(session: CameraCaptureSession) {
            Log.w(TAG, "the camera can't be set up")
        }
    }

    private fun take(frames: ImageReader) {
        val image = frames.acquireLatestImage() ?: return
        image.use { if (wanted()) onFrame(grey(it)) }
    }

    /** Fills the view, in the proportions of the frame. The texture brings the camera's own turn with it. */
    private fun fit() {
        val (wide, high) = width.toFloat() to height.toFloat()
        if (wide == 0f || high == 0f) return
        val rotation = display?.rotation ?: Surface.ROTATION_0
        val view = RectF(0f, 0f, wide, high)
        val matrix = Matrix()
        if (rotation == Surface.ROTATION_90 || rotation == Surface.ROTATION_270) {
            val buffer = RectF(0f, 0f, size.height.toFloat(), size.width.toFloat())
            buffer.offset(view.centerX() - buffer.centerX(), view.centerY() - buffer.centerY())
            matrix.setRectToRect(view, buffer, Matrix.ScaleToFit.FILL)
            val scale = max(high / size.height, wide / size.width)
            matrix.postScale(scale, scale, view.centerX(), view.centerY())
            matrix.postRotate(90f * (rotation - 2), view.centerX(), view.centerY())
        } else {
            val scale = max(wide / size.height, high / size.width)
            matrix.setScale(size.height * scale / wide, size.width * scale / high, view.centerX(), view.centerY())
            if (rotation == Surface.ROTATION_180) matrix.postRotate(180f, view.centerX(), view.centerY())
        }
        setTransform(matrix)
    }

    private companion object {
        const val TAG = "Linnet"
        const val WIDTH = 1280
        const val HEIGHT = 720
    }
}

/** The grey plane of a frame. A code reads in any turn, so none is undone. */
internal fun grey(image: Image): Frame {
    val plane = image.planes[0]
    val luma = ByteArray(plane.buffer.remaining()).also(plane.buffer::get)
    return Frame(luma, image.width, image.height, plane.rowStride)
}
