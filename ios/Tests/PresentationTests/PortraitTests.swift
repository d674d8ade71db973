// Why: the colour that stands for somebody must be the same on every platform, so it is the core's.

import LinnetCore
import Testing

struct PortraitTests {
    @Test func aPortraitBelongsToTheAddressAndItsLettersToTheName() {
        let juliet = portrait(address: "juliet@capulet.lit", name: "Juliet Capulet")
        #expect(juliet.initials == "JC")
        let other = portrait(address: "juliet@capulet.lit", name: "Jule")
        #expect(other.initials == "J")
        #expect(other.lightGround == juliet.lightGround && other.darkInk == juliet.darkInk)
        #expect(portrait(address: "romeo@montague.lit", name: "Jule").lightGround != other.lightGround)
    }
}
