# Two commands do everything: `make run` and `make test`. Each installs what is missing, or says what to type.
.PHONY: run test format lint bench bench-scheduling proto docs needs

CONFIGURATION ?= debug
SWIFT_BUILD = swift build -c $(CONFIGURATION)

run: needs ## build, and play the worked example through the four services
	$(SWIFT_BUILD)
	$$($(SWIFT_BUILD) --show-bin-path)/tillsammans demo

test: needs ## build and run all tests
	swift build --build-tests
	swift test --skip-build

format: ## write all Swift as .swift-format wants it
	swift format --in-place --recursive --parallel Package.swift Services Shared/Domain Shared/CloudEvents Shared/Codec/*.swift Shared/Streams Shared/StreamsTesting Shared/Kafka Shared/ServiceKit Shared/ServiceHost Tests Examples/Streams Benchmarks/Package.swift Benchmarks/Sources

lint: ## fail where the format differs
	swift format lint --strict --recursive --parallel Package.swift Services Shared/Domain Shared/CloudEvents Shared/Codec/*.swift Shared/Streams Shared/StreamsTesting Shared/Kafka Shared/ServiceKit Shared/ServiceHost Tests Examples/Streams Benchmarks/Package.swift Benchmarks/Sources

bench: needs ## events per second through one stream thread, beside a plain C loop (see Benchmarks/README.md)
	Benchmarks/run

bench-scheduling: needs ## time per booking, by how full calendars are (see Docs/scheduling.md)
	swift run -c release --package-path Benchmarks SchedulingBenchmark

docs: ## write Docs/refusals.md and Docs/rules.md from the code
	swift build --build-tests
	$$(swift build --show-bin-path)/tillsammans refusals > Docs/refusals.md
	WRITE_DOCS=1 swift test --skip-build --filter RulesTests

proto: ## generate Swift from Shared/Codec/Schemas (needs protoc, and protoc-gen-swift on the PATH)
	cd Shared/Codec/Schemas && protoc --swift_out=../Generated --swift_opt=Visibility=Public --swift_opt=FileNaming=DropPath tillsammans/v1/*.proto

needs:
	@Deploy/needs
