import Domain

extension Directory {
    /// Takes over one record of the topic `directory`: a county, or that it is gone.
    ///
    /// - Throws: where the county cannot be used; the one that was there stays.
    public mutating func take(_ county: String, _ value: Bytes?) throws {
        counties[county] = try value.map { try CountyDirectory(wire: $0).county() }
    }
}
