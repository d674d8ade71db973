// Why: two real cores hand an account over by nothing but the texts of their codes, on a real server.

import Foundation
import LinnetCore
import Presentation
import Testing

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct HandoverTests {
        @Test func aFurtherPhoneSignsInWithoutThePassword() async throws {
            let server = try Server.required()
            let old = try await Person.signedIn(server.alice, on: server)
            let lock = old.app.lock
            try await until("the settings are known") { lock.settings != nil }
            #expect(await lock.setPin(current: nil, pin: "2580") == nil)
            try await until("there is a lock") { lock.settings?.lock != nil }
            let new = Person(device: try Device(), ca: server.ca)
            _ = try await new.signInScreen()
            let arrival = try #require(new.app.arrive())
            // It waits for five minutes, unless the screen goes.
            let arriving = Task { await arrival.run() }
            try await until("the new phone's code") { arrival.code != nil && arrival.drawn != nil }
            let account = try #require(old.app.accounts.first)
            let handover = try #require(old.app.handOver(account))

            // What is no code of a new phone asks nobody for anything.
            await handover.scan.look(atPicture: Data("no picture".utf8))
            #expect(handover.step == .scanning)
            try await show("xmpp:\(server.bob)", to: handover.scan)
            #expect(handover.step == .scanning && handover.scan.trouble == .link(.Unreadable))
            try await show(try #require(arrival.code), to: handover.scan)
            #expect(handover.step == .asking(pin: true, byDevice: false))
            handover.pin = "1111"
            await handover.goOn("test")
            #expect(handover.problem == .PinWrong && handover.pin.isEmpty)
            handover.pin = "2580"
            await handover.goOn("test")
            guard case .comparing(_, let answer, let digits) = handover.step else {
                throw TooLate(description: "no digits: \(handover.step)")
            }

            await arrival.read(answer)
            #expect(arrival.digits == nil, "it does not look yet")
            arrival.look()
            await arrival.read("linnet-device:1b:AAAA")
            #expect(arrival.problem == .Unreadable)
            await arrival.read(answer)
            #expect(arrival.digits == digits && arrival.problem == nil)
            // Tapped twice, it is said once.
            async let said: Void = handover.compared(same: true)
            async let saidAgain: Void = handover.compared(same: true)
            _ = await (said, saidAgain)
            #expect(handover.problem == nil && !handover.isWorking)
            guard case .sealed(_, let sealed) = handover.step else {
                throw TooLate(description: "not sealed: \(handover.step)")
            }
            await arrival.read(sealed)
            try await until("it is signed in") { arrival.isDone }
            #expect(arrival.account?.address == server.alice)
            _ = try await new.chatList()
            await handover.end()
            await arrival.end()
            await old.leave()
            arriving.cancel()
            await arriving.value
            await new.leave()
        }

        @Test func digitsThatDifferEndIt() async throws {
            let server = try Server.required()
            let old = try await Person.signedIn(server.alice, on: server)
            let new = Person(device: try Device(), ca: server.ca)
            _ = try await new.signInScreen()
            let arrival = try #require(new.app.arrive())
            // It waits for five minutes, unless the screen goes.
            let arriving = Task { await arrival.run() }
            try await until("the new phone's code") { arrival.code != nil }
            let account = try #require(old.app.accounts.first)
            let handover = try #require(old.app.handOver(account))
            try await show(try #require(arrival.code), to: handover.scan)
            #expect(handover.step == .asking(pin: false, byDevice: false))
            await handover.goOn("test")
            await handover.compared(same: false)
            #expect(handover.step == .stopped(differed: true))
            handover.begin()
            #expect(handover.step == .scanning)
            await old.leave()
            arriving.cancel()
            await arriving.value
            await new.leave()
        }

        /// Holds a code up to a camera.
        private func show(_ text: String, to scan: ScanModel) async throws {
            let code = try drawQr(text: text)
            let (scale, margin, side) = (4, 4, Int(code.side))
            let width = (side + 2 * margin) * scale
            var luma = Data(repeating: 240, count: width * width)
            for y in 0..<side * scale {
                for x in 0..<side * scale where code.modules[y / scale * side + x / scale] == 1 {
                    luma[(y + margin * scale) * width + x + margin * scale] = 10
                }
            }
            await scan.look(at: CameraFrame(luma: luma, width: width, height: width, stride: width))
        }
    }
}
