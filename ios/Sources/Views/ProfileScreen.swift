// Why: what others see of an account, and who may.

import LinnetCore
import PhotosUI
import Presentation
import SwiftUI

/// The profile on its model.
struct ProfileView: View {
    @State private var model: ProfileModel
    @State private var picked: PhotosPickerItem?
    private let app: AppModel
    @Environment(\.dismiss) private var dismiss

    init(model: ProfileModel, app: AppModel) {
        _model = State(initialValue: model)
        self.app = app
    }

    var body: some View {
        @Bindable var model = model
        ProfileScreen(
            account: app.accounts.first { $0.id == model.id }, isUnreadable: model.isUnreadable,
            nickname: $model.nickname, vcard: $model.vcard, picked: $picked,
            actions: ProfileScreen.Actions(
                remove: { Task { await model.remove() } }, saveNickname: { Task { await model.saveNickname() } },
                saveVcard: { Task { await model.saveVcard() } },
                setOpen: { open in Task { await model.setOpen(open) } }, close: { dismiss() })
        )
        .environment(\.people, app.people)
        .task { await model.open() }
        .onChange(of: app.accounts.first { $0.id == model.id }?.vcard) { _, vcard in
            model.follow(vcard ?? VcardFields())
        }
        .problemAlert($model.problem)
        .onChange(of: picked) { _, item in
            guard let item else { return }
            picked = nil
            Task { await model.picked(try? await item.loadTransferable(type: Data.self)) }
        }
        .sheet(item: Binding(get: { model.chosen }, set: { if $0 == nil { model.forget() } })) { chosen in
            if let picture = UIImage(data: chosen.preview) {
                CropScreen(
                    picture: picture, use: { square in Task { await model.use(square) } }, cancel: { model.forget() })
            }
        }
    }
}

/// What the profile looks like.
struct ProfileScreen: View {
    struct Actions {
        let remove: @MainActor () -> Void
        let saveNickname: @MainActor () -> Void
        let saveVcard: @MainActor () -> Void
        let setOpen: @MainActor (Bool) -> Void
        let close: @MainActor () -> Void
    }

    let account: AccountItem?
    let isUnreadable: Bool
    @Binding var nickname: String
    @Binding var vcard: VcardDraft
    @Binding var picked: PhotosPickerItem?
    let actions: Actions

    var body: some View {
        NavigationStack {
            Form {
                if let account {
                    face(account)
                    name(account)
                    VcardForm(draft: $vcard, vcard: account.vcard ?? VcardFields(), save: actions.saveVcard)
                    Section {
                        Toggle(isOn: Binding(get: { account.profileOpen }, set: { actions.setOpen($0) })) {
                            Explained(
                                title: "profile_everyone",
                                text: account.profileOpen ? "profile_everyone_on" : "profile_everyone_off")
                        }
                    } footer: {
                        if account.olderVcardEmpty { Text("profile_older_empty") }
                    }
                }
            }
            .navigationTitle("profile_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_close", action: actions.close) }
            }
        }
    }

    private func face(_ account: AccountItem) -> some View {
        Section {
            VStack(spacing: 8) {
                let name = account.nickname ?? account.address
                Avatar(address: account.address, name: name, picture: account.picture, size: 128)
                Text(verbatim: name).font(.title3)
                if let note = note(account) {
                    Text(note).font(.footnote).foregroundStyle(.secondary).multilineTextAlignment(.center)
                        .accessibilityAddTraits(.updatesFrequently)
                }
            }
            .frame(maxWidth: .infinity)
            PhotosPicker("profile_choose", selection: $picked, matching: .images)
            if account.picture != nil {
                Button("profile_remove", role: .destructive, action: actions.remove)
            }
        }
    }

    private func note(_ account: AccountItem) -> LocalizedStringKey? {
        if isUnreadable { return "error_picture_invalid" }
        return switch account.profile {
        case .refused: "profile_refused"
        case .waiting: "profile_waiting"
        case .known, nil: nil
        }
    }

    private func name(_ account: AccountItem) -> some View {
        Section {
            TextField("profile_nickname", text: $nickname)
            Button("contact_save", action: actions.saveNickname)
                .disabled(nickname.trimmingCharacters(in: .whitespaces) == account.nickname ?? "")
        } footer: {
            Text("profile_nickname_text")
        }
    }
}

/// The part of a picture that others shall see: moved with a finger, made larger by a slider, or both by actions.
struct CropScreen: View {
    let picture: UIImage
    let use: @MainActor (PictureSquare) -> Void
    let cancel: @MainActor () -> Void
    @State private var square: PictureSquare
    /// How far the finger was when the square was last moved.
    @State private var dragged = CGSize.zero
    private let side: CGFloat = 300
    private static let largest = 10.0

    init(
        picture: UIImage, use: @escaping @MainActor (PictureSquare) -> Void, cancel: @escaping @MainActor () -> Void
    ) {
        self.picture = picture
        self.use = use
        self.cancel = cancel
        let (width, height) = Self.pixels(picture)
        _square = State(initialValue: middleSquare(width: width, height: height))
    }

    var body: some View {
        NavigationStack {
            VStack(spacing: 20) {
                Canvas { context, size in
                    let scale = size.width / square.side
                    let (width, height) = Self.pixels(picture)
                    let shorter = CGFloat(min(width, height))
                    context.draw(
                        Image(uiImage: picture),
                        in: CGRect(
                            x: -square.left * scale, y: -square.top * scale,
                            width: CGFloat(width) / shorter * scale, height: CGFloat(height) / shorter * scale))
                }
                .frame(width: side, height: side)
                .clipShape(Circle())
                .gesture(drag)
                .accessibilityLabel("profile_crop_title")
                .accessibilityActions {
                    Button("profile_crop_left") { move(right: 0.1) }
                    Button("profile_crop_right") { move(right: -0.1) }
                    Button("profile_crop_up") { move(down: 0.1) }
                    Button("profile_crop_down") { move(down: -0.1) }
                }
                Text("profile_crop_text").font(.footnote).foregroundStyle(.secondary).multilineTextAlignment(.center)
                Slider(value: zoom, in: 1...Self.largest) { Text("profile_crop_zoom") }
                Button("profile_crop_use") { use(square) }
                    .buttonStyle(.borderedProminent)
                    .controlSize(.large)
            }
            .padding(20)
            .navigationTitle("profile_crop_title")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) { Button("action_cancel", action: cancel) }
            }
        }
    }

    private var drag: some Gesture {
        DragGesture()
            .onChanged { value in
                let step = CGSize(
                    width: value.translation.width - dragged.width, height: value.translation.height - dragged.height)
                dragged = value.translation
                move(right: step.width / side, down: step.height / side)
            }
            .onEnded { _ in dragged = .zero }
    }

    private var zoom: Binding<Double> {
        Binding(get: { 1 / square.side }, set: { move(larger: $0 * square.side) })
    }

    private func move(right: Double = 0, down: Double = 0, larger: Double = 1) {
        let (width, height) = Self.pixels(picture)
        square = movedSquare(
            square: square, width: width, height: height, right: right, down: down, larger: larger)
    }

    private static func pixels(_ picture: UIImage) -> (UInt32, UInt32) {
        (UInt32(max(picture.size.width, 1)), UInt32(max(picture.size.height, 1)))
    }
}

struct ProfilePreviews: PreviewProvider {
    static func screen(_ account: AccountItem?, isUnreadable: Bool = false) -> some View {
        ProfileScreen(
            account: account, isUnreadable: isUnreadable, nickname: .constant("Alice"),
            vcard: .constant(VcardDraft(Samples.vcard)), picked: .constant(nil),
            actions: ProfileScreen.Actions(
                remove: {}, saveNickname: {}, saveVcard: {}, setOpen: { _ in }, close: {}))
    }

    static var previews: some View {
        screen(Samples.accounts.first).previewDisplayName("no picture")
        screen(Samples.accounts.first, isUnreadable: true).preferredColorScheme(.dark)
            .previewDisplayName("unreadable, dark")
        screen(Samples.accounts.first).environment(\.layoutDirection, .rightToLeft).previewDisplayName("right to left")
        screen(nil).previewDisplayName("loading")
    }
}
