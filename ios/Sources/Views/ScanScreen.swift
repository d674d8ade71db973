// Why: a code off a screen, from paper, or in a screenshot leads to its person.

import AVFoundation
import LinnetCore
import PhotosUI
import Presentation
import SwiftUI

/// What there is of a camera.
enum CameraAccess {
    case none, unasked, refused, on

    @MainActor static var current: Self {
        guard AVCaptureDevice.default(for: .video) != nil else { return .none }
        return switch AVCaptureDevice.authorizationStatus(for: .video) {
        case .authorized: .on
        case .notDetermined: .unasked
        default: .refused
        }
    }
}

/// The scanning screen on its model; `found` gets what the first code wants.
struct ScanView: View {
    @State private var model: ScanModel
    @State private var access = CameraAccess.current
    @State private var picked: PhotosPickerItem?
    private let title: LocalizedStringKey
    private let found: @MainActor (LinnetCore.Link) -> Void
    @Environment(\.dismiss) private var dismiss
    @Environment(\.openURL) private var openURL
    @Environment(\.scenePhase) private var phase

    init(
        model: ScanModel = ScanModel(), title: LocalizedStringKey = "scan_title",
        found: @escaping @MainActor (LinnetCore.Link) -> Void
    ) {
        _model = State(initialValue: model)
        self.title = title
        self.found = found
    }

    var body: some View {
        @Bindable var model = model
        ScanScreen(
            title: title, typed: model.wantsInvitation ? $model.typed : nil, take: { model.takeTyped() },
            trouble: model.trouble, isReading: model.isReading, access: access, picked: $picked,
            look: { frame in await model.look(at: frame) },
            allow: {
                Task {
                    _ = await AVCaptureDevice.requestAccess(for: .video)
                    access = .current
                }
            },
            openSettings: {
                if let url = URL(string: UIApplication.openSettingsURLString) { openURL(url) }
            },
            close: { dismiss() }
        )
        // The user may come back from the system's settings.
        .onChange(of: phase) { access = .current }
        .onChange(of: picked) { _, item in
            guard let item else { return }
            picked = nil
            Task { await look(at: item) }
        }
        .onChange(of: model.found) { _, link in
            if let link { found(link) }
        }
    }

    private func look(at item: PhotosPickerItem) async {
        if let bytes = try? await item.loadTransferable(type: Data.self) {
            await model.look(atPicture: bytes)
        } else {
            model.pictureFailed()
        }
    }
}

/// What the scanning screen looks like.
struct ScanScreen: View {
    var title: LocalizedStringKey = "scan_title"
    /// A link that is put in, where one may be.
    var typed: Binding<String>?
    var take: @MainActor () -> Void = {}
    let trouble: ScanModel.Trouble?
    let isReading: Bool
    let access: CameraAccess
    @Binding var picked: PhotosPickerItem?
    let look: @MainActor (CameraFrame) async -> Void
    let allow: @MainActor () -> Void
    let openSettings: @MainActor () -> Void
    let close: @MainActor () -> Void

    var body: some View {
        NavigationStack {
            VStack(spacing: 16) {
                Looking(access: access, look: look, allow: allow, openSettings: openSettings)
                told
                if let typed { LinkField(typed: typed, take: take) }
                if isReading {
                    ProgressView()
                } else {
                    PhotosPicker("scan_picture", selection: $picked, matching: .images)
                        .buttonStyle(.borderedProminent)
                        .controlSize(.large)
                }
            }
            .padding(20)
            .navigationTitle(title)
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_cancel", action: close) }
            }
        }
    }

    @ViewBuilder private var told: some View {
        if let trouble {
            Label {
                Text(Words.failure(trouble))
            } icon: {
                Image(systemName: "exclamationmark.triangle.fill").foregroundStyle(.orange).accessibilityHidden(true)
            }
        } else if typed != nil {
            Text("invited_text").foregroundStyle(.secondary).multilineTextAlignment(.center)
        } else if access == .on {
            Text("scan_text").foregroundStyle(.secondary).multilineTextAlignment(.center)
        }
    }
}

/// Where a link is put in that came by mail or in another messenger.
private struct LinkField: View {
    @Binding var typed: String
    let take: @MainActor () -> Void

    var body: some View {
        HStack(spacing: 8) {
            TextField("invited_link", text: $typed)
                .textContentType(.URL)
                .keyboardType(.URL)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
                .submitLabel(.go)
                .onSubmit(take)
                .padding(.horizontal, 14)
                .padding(.vertical, 9)
                .background(Looks.theirBubble, in: RoundedRectangle(cornerRadius: Looks.corner))
            Button("sign_up_continue", action: take).disabled(typed.isEmpty)
        }
    }
}

/// What the camera sees, or why it sees nothing.
struct Looking: View {
    let access: CameraAccess
    let look: @MainActor (CameraFrame) async -> Void
    let allow: @MainActor () -> Void
    let openSettings: @MainActor () -> Void

    var body: some View {
        Group {
            if access == .on {
                CameraPreview(look: look).clipShape(RoundedRectangle(cornerRadius: 16))
            } else {
                instead
            }
        }
        .frame(maxWidth: .infinity, maxHeight: .infinity)
    }

    /// Without a camera: why, and what to do about it.
    private var instead: some View {
        ContentUnavailableView {
            Label("scan_title", systemImage: "qrcode.viewfinder")
        } description: {
            switch access {
            case .unasked: Text("scan_ask")
            case .refused: Text("scan_refused")
            case .none, .on: Text("scan_no_camera")
            }
        } actions: {
            switch access {
            case .unasked: Button("scan_allow", action: allow).buttonStyle(.borderedProminent)
            case .refused: Button("notifications_settings", action: openSettings)
            case .none, .on: EmptyView()
            }
        }
    }
}

struct ScanPreviews: PreviewProvider {
    static func screen(_ access: CameraAccess, _ trouble: ScanModel.Trouble? = nil) -> some View {
        ScanScreen(
            trouble: trouble, isReading: false, access: access, picked: .constant(nil), look: { _ in }, allow: {},
            openSettings: {}, close: {})
    }

    static var previews: some View {
        screen(.unasked).previewDisplayName("first time")
        screen(.none, .link(.Unreadable)).preferredColorScheme(.dark).previewDisplayName("junk, dark")
        screen(.refused, .noCode).previewDisplayName("camera refused")
        ScanScreen(
            title: "invited_title", typed: .constant("https://example.org/"), trouble: .noInvitation,
            isReading: false, access: .unasked, picked: .constant(nil), look: { _ in }, allow: {}, openSettings: {},
            close: {}
        )
        .previewDisplayName("an invitation, as a link")
    }
}
