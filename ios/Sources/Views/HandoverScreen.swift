// Why: who has an account on one phone gets it on another by two looks of the cameras, and knows what is handed over.

import Foundation
import LinnetCore
import Presentation
import SwiftUI

/// The old phone's screen on its model.
struct HandoverView: View {
    @Bindable private var model: HandoverModel
    @Environment(\.dismiss) private var dismiss

    init(model: HandoverModel) {
        _model = Bindable(model)
    }

    var body: some View {
        NavigationStack {
            content
                .navigationTitle("handover_title")
                .navigationBarTitleDisplayMode(.inline)
                .toolbar {
                    ToolbarItem(placement: .cancellationAction) { Button("action_cancel") { dismiss() } }
                }
        }
    }

    @ViewBuilder private var content: some View {
        let reason = Bundle.main.localizedString(forKey: "handover_owner", value: nil, table: nil)
        switch model.step {
        case .scanning:
            LookingOn(scan: model.scan, problem: model.problem, text: "handover_scan") { EmptyView() }.padding(20)
        case .asking(let hasPin, let byDevice):
            HandoverQuestion(
                address: model.account.address, hasPin: hasPin, byDevice: byDevice, pin: $model.pin,
                isWorking: model.isWorking, problem: model.problem, isRefused: model.isRefused,
                goOn: { Task { await model.goOn(reason) } },
                goOnByDevice: { Task { await model.goOnByDevice(reason) } })
        case .comparing(let drawn, _, let digits):
            HandoverCompare(drawn: drawn, digits: digits, isWorking: model.isWorking) { same in
                Task { await model.compared(same: same) }
            }
            .padding(20)
        case .sealed(let drawn, _):
            ShownCode(code: drawn, description: "handover_code", text: "handover_sealed") {
                Button("action_done") { dismiss() }.buttonStyle(.borderedProminent).controlSize(.large)
            }
            .padding(20)
        case .stopped(let differed):
            ContentUnavailableView {
                Label("handover_title", systemImage: "exclamationmark.triangle.fill")
            } description: {
                Text(differed ? "handover_differed" : model.problem.map(Words.failure) ?? "handover_over")
            } actions: {
                Button("handover_again") { model.begin() }.buttonStyle(.borderedProminent)
            }
        }
    }
}

/// What is handed over, and who asks for it.
struct HandoverQuestion: View {
    let address: String
    let hasPin: Bool
    let byDevice: Bool
    @Binding var pin: String
    let isWorking: Bool
    let problem: CommandError?
    let isRefused: Bool
    let goOn: @MainActor () -> Void
    let goOnByDevice: @MainActor () -> Void

    var body: some View {
        Form {
            Section {
                Text("handover_question \(address)").font(.headline)
                Text("handover_question_text")
            }
            Section {
                if hasPin {
                    SecureField("lock_pin", text: $pin).keyboardType(.numberPad).disabled(isWorking)
                }
                if isRefused {
                    ProblemLine(text: "handover_owner_refused")
                } else if let problem {
                    ProblemLine(text: Words.failure(problem))
                }
                Button("handover_continue", action: goOn).disabled(isWorking || (hasPin && pin.isEmpty))
                if hasPin && byDevice { Button("handover_by_device", action: goOnByDevice).disabled(isWorking) }
            }
        }
    }
}

/// The code for the new phone, and the digits that both show.
struct HandoverCompare: View {
    let drawn: QrCode
    let digits: String
    let isWorking: Bool
    let compared: @MainActor (Bool) -> Void

    var body: some View {
        ShownCode(code: drawn, description: "handover_code", text: "handover_compare") {
            Digits(digits: digits)
            Button("handover_same") { compared(true) }.buttonStyle(.borderedProminent).controlSize(.large)
                .disabled(isWorking)
            Button("handover_differ") { compared(false) }.disabled(isWorking)
        }
    }
}

struct HandoverPreviews: PreviewProvider {
    static func question(_ problem: CommandError?) -> some View {
        HandoverQuestion(
            address: "alice@example.org", hasPin: true, byDevice: true, pin: .constant("2580"), isWorking: false,
            problem: problem, isRefused: false, goOn: {}, goOnByDevice: {})
    }

    static var previews: some View {
        question(nil).previewDisplayName("the question")
        question(.PinWrong).preferredColorScheme(.dark).previewDisplayName("wrong PIN, dark")
        HandoverCompare(drawn: Samples.drawn, digits: "402 917", isWorking: false) { _ in }
            .previewDisplayName("to be compared")
    }
}
