# Two commands do everything: `make run` and `make test`. Each installs what is missing, or says what to type.
.PHONY: run test attack browser screenshots format lint bench guide bench-scheduling bench-desk bench-sealing bench-views golden proto docs needs

CONFIGURATION ?= debug
GUIDE ?= .build/guide
SCREENSHOTS ?= .build/screenshots
SWIFT_BUILD = swift build -c $(CONFIGURATION)
# protoc's own types, for a machine that has protoc without them.
PROTOC = protoc -I. -I../../../.build/checkouts/swift-protobuf/Protos/Sources/SwiftProtobuf
PROTOC_SWIFT = --plugin=$$(swift build --show-bin-path)/protoc-gen-swift --swift_opt=FileNaming=DropPath --swift_opt=UseAccessLevelOnImports=true

run: needs ## build, and play the worked example through the suite; `make run KEEP=1` keeps it running, with its desk
	$(SWIFT_BUILD)
	$$($(SWIFT_BUILD) --show-bin-path)/tillsammans demo $(if $(KEEP),--keep)

test: needs ## build and run all tests
	swift build --build-tests
	swift test --skip-build

attack: ## attack the suite as outsiders can, here or your own installation (Tests/EndToEnd/Attack/Installation.swift)
	swift build --build-tests
	swift test --skip-build --filter AttackTests

browser: needs ## install Chromium and what checks pages, and run the tests that use them, by themselves; `make test` skips them
	Tools/browser-needs
	swift build --build-tests
	BROWSER_TESTS=1 swift test --skip-build --filter BrowserTests

screenshots: needs ## write a picture of every page, light and dark, wide and narrow, into $(SCREENSHOTS), and those of the README
	Tools/browser-needs
	swift build --build-tests
	BROWSER_TESTS=1 SCREENSHOTS=$(abspath $(SCREENSHOTS)) swift test --skip-build --filter EveryPageTests
	cp $(SCREENSHOTS)/desk-*.png Docs/

format: ## write all Swift as .swift-format wants it
	swift format --in-place --recursive --parallel Package.swift Services Shared/Domain Shared/CloudEvents Shared/Codec/*.swift Shared/Streams Shared/StreamsTesting Shared/Views Shared/OpenID Shared/Kafka Shared/CaseReading Shared/ServiceKit Shared/ServiceHost Tests Tools/ContractGenerator/*.swift Tools/SealingBenchmark Tools/CountyYear Examples/Streams Benchmarks/Package.swift Benchmarks/Sources

lint: ## fail where the format differs
	swift format lint --strict --recursive --parallel Package.swift Services Shared/Domain Shared/CloudEvents Shared/Codec/*.swift Shared/Streams Shared/StreamsTesting Shared/Views Shared/OpenID Shared/Kafka Shared/CaseReading Shared/ServiceKit Shared/ServiceHost Tests Tools/ContractGenerator/*.swift Tools/SealingBenchmark Tools/CountyYear Examples/Streams Benchmarks/Package.swift Benchmarks/Sources

bench: needs ## events per second through one stream thread, beside a plain C loop (see Benchmarks/README.md)
	Benchmarks/run

bench-scheduling: needs ## time per booking, by how full calendars are (see Docs/scheduling.md)
	swift run -c release --package-path Benchmarks SchedulingBenchmark

bench-views: needs ## time and memory to build a view of a county's year, and to read from it (see Benchmarks/README.md)
	swift run -c release --package-path Benchmarks ViewBenchmark

bench-desk: needs ## how fast the desk's pages are for a county's year, and how much memory they take (see Docs/performance.md)
	Benchmarks/desk

bench-sealing: needs ## what sealing costs an event beside AES itself (see Benchmarks/README.md)
	swift run -c release --scratch-path .build/release-bench sealing-benchmark

guide: ## write every component of the desk's pages to $(GUIDE), as HTML and, where there is a Chromium, as pictures
	swift build --build-tests
	mkdir -p $(GUIDE)
	GUIDE_DIRECTORY=$(abspath $(GUIDE)) swift test --skip-build --filter GuideTests/written
	@! command -v chromium > /dev/null || for picture in case-light-1 case-dark-0 form-light-1 form-dark-0; do \
	    page=$${picture%%-*}; chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1000,1220 \
	        --blink-settings=preferredColorScheme=$${picture##*-} --screenshot=$(abspath $(GUIDE))/$${picture%-*}.png \
	        file://$(abspath $(GUIDE))/$$page.html 2> /dev/null; \
	done

docs: ## write Docs/refusals.md, Docs/rules.md, Docs/access.md and the table in Docs/security.md from the code
	swift build --build-tests
	$$(swift build --show-bin-path)/tillsammans refusals > Docs/refusals.md
	WRITE_DOCS=1 swift test --skip-build --filter 'RulesTests|AccessPageTests|AclPlanTests'

golden: ## write an example and its bytes for each new event type in Tests/CodecTests/Golden
	swift build --build-tests
	WRITE_GOLDEN=1 swift test --skip-build --filter GoldenTests/golden

proto: ## generate Swift and the registry of events from Shared/Codec/Schemas (needs protoc)
	swift build --product protoc-gen-swift
	cd Shared/Codec/Schemas && $(PROTOC) $(PROTOC_SWIFT) --swift_opt=Visibility=Package --swift_out=../Generated $$(ls tillsammans/v1/*.proto | grep -v contract.proto)
	cd Shared/Codec/Schemas && $(PROTOC) $(PROTOC_SWIFT) --swift_out=../../../Tools/ContractGenerator/Generated tillsammans/v1/contract.proto
	cd Shared/Codec/Schemas && $(PROTOC) --descriptor_set_out=contract.binpb tillsammans/v1/*.proto
	swift build --product contract-generator
	$$(swift build --show-bin-path)/contract-generator Shared/Codec

needs:
	@Deploy/needs
