extension PersonalNumber {
    /// Whether an id that another system has made holds somebody's number. Ids travel in clear through every topic.
    ///
    /// A number counts if its date and its last digit are right, so that few other ids look like one. A day of the last
    /// month and a running number are no child's number: many systems make their ids so.
    ///
    /// - Parameter today: the day on which the id came.
    public static func seemsToStand(in id: String, today: LocalDate) -> Bool {
        PersonalDataScan(id).numbers.contains { number in
            guard !number.touchesLetter,
                let read = try? PersonalNumber(number.digits.map(String.init).joined(), today: today)
            else { return false }
            return read.born.year >= 1900 && read.born < today.plus(-31)
        }
    }
}
