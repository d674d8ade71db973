// Why: colours and shapes that more than one screen uses. Colours live in the app's asset catalogue, each with a light
// and a dark value.

import LinnetCore
import Presentation
import SwiftUI

enum Looks {
    /// Behind our own messages; white text on it has a contrast of at least 4.5.
    static let ownBubble = Color("OwnBubble")
    /// Behind other people's messages.
    static let theirBubble = Color("TheirBubble")
    /// An account's colour: its contrast with the ground is at least 4.5.
    static func account(_ colour: AccountColour) -> Color {
        switch colour {
        case .red: Color("AccountRed")
        case .orange: Color("AccountOrange")
        case .yellow: Color("AccountYellow")
        case .green: Color("AccountGreen")
        case .turquoise: Color("AccountTurquoise")
        case .blue: Color("AccountBlue")
        case .violet: Color("AccountViolet")
        case .pink: Color("AccountPink")
        }
    }

    static let corner: CGFloat = 18
    static let joinedCorner: CGFloat = 6
}

/// A person's picture, if there is one; else the initials on a colour that belongs to the address, as the core has them,
/// the same on every device. Purely ornamental: the name stands beside it.
struct Avatar: View {
    let address: String
    let name: String
    /// What an item names.
    let picture: String?
    @ScaledMetric private var size: CGFloat
    @State private var image: UIImage?
    @Environment(\.colorScheme) private var scheme
    @Environment(\.people) private var people

    init(address: String, name: String, picture: String? = nil, size: CGFloat = 48) {
        self.address = address
        self.name = name
        self.picture = picture
        _size = ScaledMetric(wrappedValue: size, relativeTo: .title2)
    }

    var body: some View {
        Group {
            if let image, picture != nil {
                Image(uiImage: image).resizable().scaledToFill().frame(width: size, height: size).clipShape(Circle())
            } else {
                letters
            }
        }
        .accessibilityHidden(true)
        .task(id: picture) {
            guard let picture else { return image = nil }
            image = await people?.picture(picture).flatMap { UIImage(data: $0) }
        }
    }

    private var letters: some View {
        let portrait = portrait(address: address, name: name)
        return Text(verbatim: portrait.initials)
            .font(.system(size: size * 0.4, weight: .semibold))
            .foregroundStyle(Color(rgb: scheme == .dark ? portrait.darkInk : portrait.lightInk))
            .frame(width: size, height: size)
            .background(Color(rgb: scheme == .dark ? portrait.darkGround : portrait.lightGround), in: Circle())
    }
}

private struct PeopleKey: EnvironmentKey {
    static let defaultValue: People? = nil
}

extension EnvironmentValues {
    /// Where pictures of people come from.
    var people: People? {
        get { self[PeopleKey.self] }
        set { self[PeopleKey.self] = newValue }
    }
}

extension Color {
    /// Of `0xRRGGBB`.
    init(rgb: UInt32) {
        let part = { (shift: UInt32) in Double(rgb >> shift & 0xff) / 255 }
        self.init(.sRGB, red: part(16), green: part(8), blue: part(0), opacity: 1)
    }
}

/// One line under the title that says what is wrong with the connection.
struct ConnectionBannerView: View {
    let banner: ConnectionBanner
    /// Leads to where the user can put it right.
    var repair: (@MainActor (Int64) -> Void)?

    var body: some View {
        HStack(spacing: 8) {
            switch banner {
            case .connecting, .catchingUp:
                ProgressView().controlSize(.small)
            case .waiting:
                Image(systemName: "wifi.slash").accessibilityHidden(true)
            case .failed:
                Image(systemName: "exclamationmark.triangle.fill").foregroundStyle(.orange).accessibilityHidden(true)
            case .certificateChanged:
                Image(systemName: "exclamationmark.octagon.fill").foregroundStyle(.red).accessibilityHidden(true)
            }
            Words.banner(banner).font(.footnote).multilineTextAlignment(.leading)
                .accessibilityAddTraits(.updatesFrequently)
            Spacer(minLength: 0)
            if let repair {
                switch banner {
                case .failed(let account, _, .wrongPassword):
                    Button("connection_new_password") { repair(account) }.font(.footnote).buttonStyle(.bordered)
                case .failed(let account, _, .certificate), .certificateChanged(let account, _):
                    Button("connection_certificate") { repair(account) }.font(.footnote).buttonStyle(.bordered)
                case .connecting, .catchingUp, .waiting, .failed:
                    EmptyView()
                }
            }
        }
        .padding(.horizontal, 16)
        .padding(.vertical, 8)
        .frame(maxWidth: .infinity, alignment: .leading)
        .background(.bar)
        .accessibilityElement(children: .contain)
    }
}

/// Says that this device's store can't be read, with a way to try again.
struct StoreFailedView: View {
    let tryAgain: @MainActor () -> Void

    var body: some View {
        ContentUnavailableView {
            Label("storage_title", systemImage: "externaldrive.badge.exclamationmark")
        } description: {
            Text("storage_text")
        } actions: {
            Button("action_try_again", action: tryAgain).buttonStyle(.borderedProminent)
        }
    }
}

extension View {
    /// Shows what a command could not do, once.
    func problemAlert(_ problem: Binding<CommandError?>) -> some View {
        let isShown = Binding(
            get: { problem.wrappedValue != nil }, set: { if !$0 { problem.wrappedValue = nil } })
        return alert("error_title", isPresented: isShown) {
            Button("action_ok") { problem.wrappedValue = nil }
        } message: {
            if let error = problem.wrappedValue { Text(Words.failure(error)) }
        }
    }
}
