import Codec
import Domain
import IntakeCore
import ServiceKit

extension RehashNumber {
    init(_ number: PersonalNumber, _ move: IndexedNumber.Move, rotation: String = "") {
        self.init()
        personalNumber = number.digits.reveal
        (caseReference, enteredUnder) = (move.reference, move.enteredUnder ?? "")
        self.rotation = rotation
    }

    var move: IndexedNumber.Move { .init(caseReference, enteredUnder: enteredUnder.nonEmpty) }

    /// Nil where `words` has found what this version does not know.
    func number(_ words: inout Words) -> PersonalNumber? { words.storedNumber(personalNumber) }
}
