// Whoever tests a service needs these as well.
@_exported public import StreamsTestSupport
@_exported public import StreamsTesting
