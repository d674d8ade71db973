// Why: a file that one core seals is opened by another, and by nobody without the passphrase.

import Foundation
import LinnetCore
import Presentation
import Testing

extension ServerTests {
    @MainActor @Suite(.timeLimit(.minutes(3)))
    struct BackupTests {
        @Test func aFileSignsInOnAnotherPhone() async throws {
            let server = try Server.required()
            let old = try await Person.signedIn(server.alice, on: server)
            let model = try #require(old.app.backup())
            #expect(model.saves && model.canSave && !model.asksPin)
            model.passphrase = "short"
            #expect(!model.canSave)
            model.passphrase = "correct horse"
            model.credentials = true
            await model.save("test")
            let file = try #require(model.file)
            model.written(true)
            #expect(model.isSaved == true && model.file == nil && model.saveProblem == nil)

            let new = Person(device: try Device(), ca: server.ca)
            _ = try await new.signInScreen()
            let restoring = try #require(new.app.backup())
            #expect(!restoring.saves && !restoring.canRestore)
            restoring.choose(Data("no backup at all".utf8))
            restoring.opening = "correct horse"
            await restoring.restore()
            #expect(restoring.restoreProblem == .Unreadable)
            restoring.choose(Data(count: BackupModel.largest + 1))
            #expect(restoring.isTooLarge && restoring.chosen == nil)
            restoring.choose(file)
            restoring.opening = "correct house"
            await restoring.restore()
            #expect(restoring.restoreProblem == .PassphraseWrong && restoring.chosen != nil)
            #expect(restoring.opening.isEmpty)
            restoring.opening = "correct horse"
            await restoring.restore()
            #expect(restoring.restored?.accounts == 1 && restoring.restoreProblem == nil)
            _ = try await new.chatList()
            #expect(new.app.accounts.first?.address == server.alice)
            await old.leave()
            await new.leave()
        }

        @Test func whatSignsInNeedsItsOwner() async throws {
            let server = try Server.required()
            let old = try await Person.signedIn(server.alice, on: server)
            let lock = old.app.lock
            try await until("the settings are known") { lock.settings != nil }
            #expect(await lock.setPin(current: nil, pin: "2580") == nil)
            try await until("there is a lock") { lock.settings?.lock != nil }
            let model = try #require(old.app.backup())
            model.credentials = true
            #expect(model.asksPin && !model.canSave)
            model.pin = "1111"
            await model.save("test")
            #expect(model.saveProblem == .PinWrong && model.file == nil && model.pin.isEmpty)
            model.pin = "2580"
            await model.save("test")
            #expect(model.file != nil)
            model.written(nil)
            #expect(model.isSaved == nil)
            await old.leave()
        }
    }
}
