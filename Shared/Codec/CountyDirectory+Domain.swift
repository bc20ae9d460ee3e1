package import CloudEvents
package import Domain

extension Directory {
    /// Applies one record of the topic `directory`. A nil value removes the county.
    ///
    /// - Throws: if the county is not valid. Then the former one stays.
    package mutating func take(_ county: String, _ value: Bytes?) throws {
        counties[county] = try value.map { try CountyDirectory(wire: $0).county() }
    }
}
