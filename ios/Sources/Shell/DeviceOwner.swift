// Why: Face ID, Touch ID, or else the phone's own code, can open the app lock beside its PIN.

import Foundation
import LocalAuthentication
import Presentation

/// The system's way to make sure of the phone's owner.
public struct DeviceOwner: OwnerCheck {
    public init() {}

    public var isAvailable: Bool {
        LAContext().canEvaluatePolicy(.deviceOwnerAuthentication, error: nil)
    }

    public func confirm(_ reason: String) async -> Bool {
        // Refused, turned away from or not possible: the PIN is left.
        (try? await LAContext().evaluatePolicy(.deviceOwnerAuthentication, localizedReason: reason)) ?? false
    }
}
