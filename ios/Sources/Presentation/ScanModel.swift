// Why: a code is looked at by the core, frame by frame or in a picture; what it says leads somewhere or is told.
// Invariant: one frame is looked at at a time, off the main thread; the first code that leads somewhere ends it.

import Foundation
import LinnetCore
import Observation

/// One picture of a camera, in grey: rows of `width` bytes, each beginning `stride` bytes after the one before.
public struct CameraFrame: Sendable {
    public let luma: Data
    public let width: Int
    public let height: Int
    public let stride: Int

    public init(luma: Data, width: Int, height: Int, stride: Int) {
        (self.luma, self.width, self.height, self.stride) = (luma, width, height, stride)
    }
}

/// What the scanning screen shows and does.
@MainActor @Observable
public final class ScanModel: Identifiable {
    /// Why what was looked at leads nowhere.
    public enum Trouble: Equatable, Sendable {
        case link(LinkError)
        case noInvitation
        case noCode
        case picture(QrError)
    }

    /// Where the first code leads; nothing is looked at any more.
    public private(set) var found: Link?
    public private(set) var trouble: Trouble?
    /// A picture is looked at.
    public private(set) var isReading = false
    /// A link can be put in as well: invitations come by mail, too.
    public let wantsInvitation: Bool
    public var typed = "" {
        didSet { if typed != oldValue { trouble = nil } }
    }

    @ObservationIgnored private var isBusy = false
    @ObservationIgnored private let taken: (@MainActor (String) -> Trouble?)?

    /// Looks for what leads somebody without an account to one.
    public init(wantsInvitation: Bool) {
        (self.wantsInvitation, taken) = (wantsInvitation, nil)
    }

    /// Looks for links; with `taken` for codes that are none: it gets each text, also the same again, and says why it
    /// leads nowhere.
    public init(taken: (@MainActor (String) -> Trouble?)? = nil) {
        (self.taken, wantsInvitation) = (taken, false)
    }

    /// Looks at a frame; those that come too fast are left out.
    public func look(at frame: CameraFrame) async {
        guard !isBusy, found == nil else { return }
        isBusy = true
        defer { isBusy = false }
        // A frame that is none is followed by another one.
        let text = try? await Task.detached(priority: .userInitiated) {
            try readQrFrame(
                luma: frame.luma, width: UInt32(clamping: frame.width), height: UInt32(clamping: frame.height),
                stride: UInt32(clamping: frame.stride))
        }.value
        if let text { take(text) }
    }

    /// Looks at a picture or screenshot of the user's.
    public func look(atPicture bytes: Data) async {
        (isReading, trouble) = (true, nil)
        defer { isReading = false }
        do {
            let text = try await Task.detached(priority: .userInitiated) { try readQrPicture(bytes: bytes) }.value
            if let text { take(text) } else { trouble = .noCode }
        } catch {
            trouble = .picture(error as? QrError ?? .PictureUnreadable)
        }
    }

    /// Reads the link that was put in.
    public func takeTyped() {
        let text = typed.trimmingCharacters(in: .whitespacesAndNewlines)
        if !text.isEmpty { take(text) }
    }

    /// The picture could not even be had.
    public func pictureFailed() {
        trouble = .picture(.PictureUnreadable)
    }

    private func take(_ text: String) {
        guard found == nil else { return }
        if let taken {
            trouble = taken(text)
            return
        }
        do {
            let link = try readLink(text: text)
            switch link {
            case .remove, .unsubscribe: trouble = wantsInvitation ? .noInvitation : nil
            case .chat, .contact, .signUp, .page: trouble = nil
            }
            if trouble == nil { found = link }
        } catch {
            let error = error as? LinkError ?? .Unreadable
            trouble = wantsInvitation && error != .Device ? .noInvitation : .link(error)
        }
    }
}
