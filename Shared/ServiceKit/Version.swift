/// The version of the suite. All executables have the same one.
package enum Version {
    package static let text = "0.1.0"
}
