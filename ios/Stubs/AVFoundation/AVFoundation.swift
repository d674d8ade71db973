// Why: a type-checking stand-in for the few names of AVFoundation, CoreMedia and CoreVideo in use; rules as in
// Stubs/SwiftUI/View.swift.
@_exported import Foundation
@_exported import UIKit

func stub() -> Never { fatalError("AVFoundation's stand-in can't run") }

public struct AVMediaType: Hashable, RawRepresentable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let video = AVMediaType(rawValue: "vide")
}
public enum AVAuthorizationStatus: Int, Sendable { case notDetermined, restricted, denied, authorized }

open class AVCaptureDevice: NSObject {
    public class func `default`(for mediaType: AVMediaType) -> AVCaptureDevice? { stub() }
    public class func authorizationStatus(for mediaType: AVMediaType) -> AVAuthorizationStatus { stub() }
    public class func requestAccess(for mediaType: AVMediaType) async -> Bool { stub() }
}
open class AVCaptureInput: NSObject {}
open class AVCaptureDeviceInput: AVCaptureInput {
    public init(device: AVCaptureDevice) throws { stub() }
}
open class AVCaptureOutput: NSObject {}
open class AVCaptureConnection: NSObject {}
public protocol AVCaptureVideoDataOutputSampleBufferDelegate: NSObjectProtocol {
    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection)
}
open class AVCaptureVideoDataOutput: AVCaptureOutput {
    public override init() {}
    open var videoSettings: [String: Any]! = [:]
    open var alwaysDiscardsLateVideoFrames = true
    open func setSampleBufferDelegate(
        _ delegate: (any AVCaptureVideoDataOutputSampleBufferDelegate)?, queue: DispatchQueue?
    ) {}
}
open class AVCaptureSession: NSObject {
    public struct Preset: Hashable, RawRepresentable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let hd1280x720 = Preset(rawValue: "1280x720")
    }
    public override init() {}
    open var sessionPreset = Preset.hd1280x720
    open func canAddInput(_ input: AVCaptureInput) -> Bool { stub() }
    open func addInput(_ input: AVCaptureInput) {}
    open func canAddOutput(_ output: AVCaptureOutput) -> Bool { stub() }
    open func addOutput(_ output: AVCaptureOutput) {}
    open func beginConfiguration() {}
    open func commitConfiguration() {}
    open func startRunning() {}
    open func stopRunning() {}
}
public struct AVLayerVideoGravity: Hashable, RawRepresentable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let resizeAspectFill = AVLayerVideoGravity(rawValue: "fill")
}
open class AVCaptureVideoPreviewLayer: CALayer {
    open var session: AVCaptureSession?
    open var videoGravity = AVLayerVideoGravity.resizeAspectFill
}

public class CMSampleBuffer {}
public class CVBuffer {}
public typealias CVImageBuffer = CVBuffer
public typealias CVPixelBuffer = CVImageBuffer
public struct CVPixelBufferLockFlags: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static let readOnly = CVPixelBufferLockFlags(rawValue: 1)
}
public nonisolated(unsafe) let kCVPixelBufferPixelFormatTypeKey = "PixelFormatType" as NSString
// swift-format-ignore: AlwaysUseLowerCamelCase
public let kCVPixelFormatType_420YpCbCr8BiPlanarFullRange: UInt32 = 0
// swift-format-ignore: AlwaysUseLowerCamelCase
public func CMSampleBufferGetImageBuffer(_ sample: CMSampleBuffer) -> CVImageBuffer? { stub() }
// swift-format-ignore: AlwaysUseLowerCamelCase
@discardableResult
public func CVPixelBufferLockBaseAddress(_ pixels: CVPixelBuffer, _ flags: CVPixelBufferLockFlags) -> Int32 { stub() }
// swift-format-ignore: AlwaysUseLowerCamelCase
@discardableResult
public func CVPixelBufferUnlockBaseAddress(_ pixels: CVPixelBuffer, _ flags: CVPixelBufferLockFlags) -> Int32 {
    stub()
}
// swift-format-ignore: AlwaysUseLowerCamelCase
public func CVPixelBufferGetBaseAddressOfPlane(_ pixels: CVPixelBuffer, _ plane: Int) -> UnsafeMutableRawPointer? {
    stub()
}
// swift-format-ignore: AlwaysUseLowerCamelCase
public func CVPixelBufferGetWidthOfPlane(_ pixels: CVPixelBuffer, _ plane: Int) -> Int { stub() }
// swift-format-ignore: AlwaysUseLowerCamelCase
public func CVPixelBufferGetHeightOfPlane(_ pixels: CVPixelBuffer, _ plane: Int) -> Int { stub() }
// swift-format-ignore: AlwaysUseLowerCamelCase
public func CVPixelBufferGetBytesPerRowOfPlane(_ pixels: CVPixelBuffer, _ plane: Int) -> Int { stub() }
