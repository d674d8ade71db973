// Why: a contact, to be passed on to somebody else by a glance or as a link.

import LinnetCore
import Presentation
import SwiftUI

/// The screen of a contact's code; what it says is never more than the address.
struct ContactCodeScreen: View {
    let title: String
    let address: String
    let link: String
    /// What the link says, drawn; `nil` if it is too long for that.
    let drawn: QrCode?
    let copy: @MainActor (String) -> Void
    let close: @MainActor () -> Void

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    CodeCard(drawn: drawn, address: address)
                } footer: {
                    Text("contact_code_text \(title)")
                }
                LinkWays(link: link, copy: copy)
            }
            .navigationTitle(title)
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .confirmationAction) { Button("action_done", action: close) }
            }
        }
    }
}

struct ContactCodePreviews: PreviewProvider {
    static func screen(_ contact: ContactItem, drawn: QrCode? = Samples.drawn) -> some View {
        ContactCodeScreen(
            title: contact.title, address: contact.address, link: contact.link, drawn: drawn, copy: { _ in },
            close: {})
    }

    static var previews: some View {
        screen(Samples.contact).previewDisplayName("a contact")
        screen(Samples.contact).preferredColorScheme(.dark).previewDisplayName("dark")
        screen(Samples.contact, drawn: nil).dynamicTypeSize(.accessibility3)
            .previewDisplayName("too long to be drawn, large text")
    }
}
