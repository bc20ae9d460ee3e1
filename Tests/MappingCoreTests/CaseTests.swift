import Domain
import MappingCore
import Testing
