@_exported import CloudEvents
