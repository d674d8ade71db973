// Why: a type-checking stand-in for LocalAuthentication; rules as in Stubs/SwiftUI/View.swift.

import Foundation

public enum LAPolicy: Int, Sendable {
    case deviceOwnerAuthenticationWithBiometrics = 1
    case deviceOwnerAuthentication = 2
}

open class LAContext: NSObject {
    override public init() {}
    open func canEvaluatePolicy(_ policy: LAPolicy, error: UnsafeMutablePointer<NSError?>?) -> Bool { stub() }
    open func evaluatePolicy(_ policy: LAPolicy, localizedReason: String) async throws -> Bool { stub() }
}

private func stub<T>() -> T { fatalError("a stand-in runs nothing") }
