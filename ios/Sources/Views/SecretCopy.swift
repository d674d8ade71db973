// Why: a copied password is for the next field on this device, not for the clipboards of others, and not for ever.

import Foundation
import UIKit
import UniformTypeIdentifiers

/// How long a copied secret stays: time enough to open another app and paste it.
private let patience: TimeInterval = 120

/// Copies a password or passphrase: it stays on this device, and goes by itself.
@MainActor
func copySecret(_ text: String) {
    UIPasteboard.general.setItems(
        [[UTType.utf8PlainText.identifier: text]],
        options: [.localOnly: true, .expirationDate: Date(timeIntervalSinceNow: patience)])
}
