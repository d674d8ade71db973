// Why: a new phone gets its account from another one, without a password being typed.

import AVFoundation
import LinnetCore
import PhotosUI
import Presentation
import SwiftUI

/// The new phone's screen on its model.
struct ArrivalView: View {
    private let model: ArrivalModel
    private let done: @MainActor () -> Void
    @State private var attempt = 0
    @Environment(\.dismiss) private var dismiss

    init(model: ArrivalModel, done: @escaping @MainActor () -> Void) {
        self.model = model
        self.done = done
    }

    var body: some View {
        NavigationStack {
            content
                .padding(20)
                .navigationTitle("arrival_title")
                .navigationBarTitleDisplayMode(.inline)
                .toolbar {
                    ToolbarItem(placement: .cancellationAction) { Button("action_cancel") { dismiss() } }
                }
        }
        .task(id: attempt) { await model.run() }
        .onChange(of: model.isDone, initial: true) { _, isDone in
            if isDone { done() }
        }
    }

    @ViewBuilder private var content: some View {
        if let account = model.account {
            ArrivedScreen(account: account)
        } else if model.isOver {
            ContentUnavailableView {
                Label("arrival_title", systemImage: "clock.badge.exclamationmark")
            } description: {
                Text(model.problem.map(Words.failure) ?? "arrival_over")
            } actions: {
                Button("arrival_again") { attempt += 1 }.buttonStyle(.borderedProminent)
            }
        } else if model.isLooking {
            LookingOn(scan: model.scan, problem: model.problem, text: model.digits == nil ? "arrival_scan" : nil) {
                if let digits = model.digits { ComparedDigits(digits: digits) }
            }
        } else {
            ShownCode(code: model.drawn, description: "arrival_code", text: "arrival_text") {
                Button("arrival_next") { model.look() }
                    .buttonStyle(.borderedProminent).controlSize(.large).disabled(model.drawn == nil)
            }
        }
    }
}

/// The digits on the new phone, and what to do with them.
struct ComparedDigits: View {
    let digits: String

    var body: some View {
        VStack(spacing: 8) {
            Digits(digits: digits)
            Text("arrival_compare").multilineTextAlignment(.center)
            Text("arrival_differ").font(.footnote).foregroundStyle(.secondary).multilineTextAlignment(.center)
        }
    }
}

/// Six digits to be compared with those on another screen.
struct Digits: View {
    let digits: String

    var body: some View {
        Text(verbatim: digits).monospacedDigit().font(.largeTitle).foregroundStyle(.tint)
    }
}

/// The account is there; it signs in.
struct ArrivedScreen: View {
    let account: AccountItem

    var body: some View {
        VStack(spacing: 16) {
            Text(verbatim: account.address).font(.headline)
            if case .failed = account.connection {
                ProblemLine(text: Words.connection(account))
            } else {
                ProgressView("arrival_arrived")
            }
        }
    }
}

/// A code of this phone's, to be scanned by the other one.
struct ShownCode<Below: View>: View {
    let code: QrCode?
    let description: LocalizedStringKey
    let text: LocalizedStringKey
    @ViewBuilder let below: () -> Below

    var body: some View {
        ScrollView {
            VStack(spacing: 16) {
                Text(text).multilineTextAlignment(.center)
                if let code {
                    QrPicture(code: code)
                        .clipShape(RoundedRectangle(cornerRadius: 12))
                        .accessibilityElement()
                        .accessibilityLabel(Text(description))
                        .accessibilityAddTraits(.isImage)
                } else {
                    ProgressView()
                }
                below()
            }
            .frame(maxWidth: .infinity)
        }
    }
}

/// The camera, what it is for, and a picture instead of it.
struct LookingOn<Below: View>: View {
    private let scan: ScanModel
    private let problem: CommandError?
    private let text: LocalizedStringKey?
    private let below: () -> Below
    @State private var access = CameraAccess.current
    @State private var picked: PhotosPickerItem?
    @Environment(\.openURL) private var openURL
    @Environment(\.scenePhase) private var phase

    init(
        scan: ScanModel, problem: CommandError?, text: LocalizedStringKey?, @ViewBuilder below: @escaping () -> Below
    ) {
        self.scan = scan
        self.problem = problem
        self.text = text
        self.below = below
    }

    var body: some View {
        VStack(spacing: 12) {
            Looking(
                access: access, look: { frame in await scan.look(at: frame) },
                allow: {
                    Task {
                        _ = await AVCaptureDevice.requestAccess(for: .video)
                        access = .current
                    }
                },
                openSettings: {
                    if let url = URL(string: UIApplication.openSettingsURLString) { openURL(url) }
                })
            if let text { Text(text).multilineTextAlignment(.center) }
            below()
            if let problem {
                ProblemLine(text: Words.failure(problem))
            } else if let trouble = scan.trouble {
                ProblemLine(text: Words.failure(trouble))
            }
            PhotosPicker("scan_picture", selection: $picked, matching: .images)
        }
        // The user may come back from the system's settings.
        .onChange(of: phase) { access = .current }
        .onChange(of: picked) { _, item in
            guard let item else { return }
            picked = nil
            Task {
                if let bytes = try? await item.loadTransferable(type: Data.self) {
                    await scan.look(atPicture: bytes)
                } else {
                    scan.pictureFailed()
                }
            }
        }
    }
}

struct ArrivalPreviews: PreviewProvider {
    static var previews: some View {
        ShownCode(code: Samples.drawn, description: "arrival_code", text: "arrival_text") {
            Button("arrival_next") {}.buttonStyle(.borderedProminent)
        }
        .previewDisplayName("the new phone's code")
        ComparedDigits(digits: "402 917").preferredColorScheme(.dark).previewDisplayName("digits, dark")
        ArrivedScreen(account: Samples.accounts[1]).previewDisplayName("arrived")
    }
}
