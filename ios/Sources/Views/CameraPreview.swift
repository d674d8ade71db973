// Why: what the camera sees, on screen, and its frames in grey for the core.
// Invariant: the session lives on a queue of its own; while one frame is looked at, others are not even copied.

import AVFoundation
import Presentation
import SwiftUI

/// What the camera sees; `look` is given one frame after the other.
struct CameraPreview: UIViewRepresentable {
    let look: @MainActor (CameraFrame) async -> Void

    init(look: @escaping @MainActor (CameraFrame) async -> Void) {
        self.look = look
    }

    func makeUIView(context: Context) -> PreviewView {
        let view = PreviewView()
        view.previewLayer.session = view.frames.session
        view.previewLayer.videoGravity = .resizeAspectFill
        view.frames.start { [look] frame in await look(frame) }
        return view
    }

    func updateUIView(_ view: PreviewView, context: Context) {}

    static func dismantleUIView(_ view: PreviewView, coordinator: ()) {
        view.frames.stop()
    }
}

/// Has the preview for its layer, so that it turns and grows with the view.
final class PreviewView: UIView {
    let frames = CameraFrames()

    override class var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }
    var previewLayer: AVCaptureVideoPreviewLayer {
        guard let layer = layer as? AVCaptureVideoPreviewLayer else { preconditionFailure("the layer is of its class") }
        return layer
    }
}

/// The back camera's frames. All but `session` is touched on `queue` alone.
final class CameraFrames: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate, @unchecked Sendable {
    let session = AVCaptureSession()
    private let queue = DispatchQueue(label: "org.linnet.camera")
    private var look: (@MainActor @Sendable (CameraFrame) async -> Void)?
    private var isBusy = false

    func start(_ look: @escaping @MainActor @Sendable (CameraFrame) async -> Void) {
        queue.async { self.begin(look) }
    }

    func stop() {
        queue.async {
            self.look = nil
            self.session.stopRunning()
        }
    }

    private func begin(_ look: @escaping @MainActor @Sendable (CameraFrame) async -> Void) {
        self.look = look
        guard let camera = AVCaptureDevice.default(for: .video), let input = try? AVCaptureDeviceInput(device: camera)
        else { return }
        let output = AVCaptureVideoDataOutput()
        // The first plane of this format is the grey.
        output.videoSettings = [
            kCVPixelBufferPixelFormatTypeKey as String: Int(kCVPixelFormatType_420YpCbCr8BiPlanarFullRange)
        ]
        output.alwaysDiscardsLateVideoFrames = true
        output.setSampleBufferDelegate(self, queue: queue)
        session.beginConfiguration()
        session.sessionPreset = .hd1280x720
        if session.canAddInput(input) { session.addInput(input) }
        if session.canAddOutput(output) { session.addOutput(output) }
        session.commitConfiguration()
        session.startRunning()
    }

    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection
    ) {
        guard !isBusy, let look, let frame = grey(sampleBuffer) else { return }
        isBusy = true
        Task { @MainActor in
            await look(frame)
            self.queue.async { self.isBusy = false }
        }
    }

    private func grey(_ sample: CMSampleBuffer) -> CameraFrame? {
        guard let pixels = CMSampleBufferGetImageBuffer(sample) else { return nil }
        CVPixelBufferLockBaseAddress(pixels, .readOnly)
        defer { CVPixelBufferUnlockBaseAddress(pixels, .readOnly) }
        guard let base = CVPixelBufferGetBaseAddressOfPlane(pixels, 0) else { return nil }
        let (height, stride) = (CVPixelBufferGetHeightOfPlane(pixels, 0), CVPixelBufferGetBytesPerRowOfPlane(pixels, 0))
        return CameraFrame(
            luma: Data(bytes: base, count: stride * height), width: CVPixelBufferGetWidthOfPlane(pixels, 0),
            height: height, stride: stride)
    }
}
