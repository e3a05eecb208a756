# The one front door: `make help` says what there is.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

# Node's headers, where they are installed (Debian: /usr, a tarball: its own prefix), so that the
# addon builds without a download; empty: node-gyp fetches them.
NODEDIR ?= $(shell node tools/node/headers.mjs)

.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

run: build ## install, build and run the sample agent, sandboxed, its events on the console
	node dist/bundle/main.js run -c config/beat.example.yml --strict.perms=false # a checkout is as git and umask have it

build: dist/.built build/.built ## compile the TypeScript and the addon

# What runs the tests; `make coverage` has `c8 mocha`, which takes longer, as each process writes what it has reached.
MOCHA ?= mocha

test: build ## every test that this machine and user can run
	$(MOCHA)

lint: node_modules/.installed ## format, lint and type errors
	biome ci --error-on-warnings .
	tsc --noEmit

format: node_modules/.installed ## write what the formatter would
	biome check --write .

coverage: ## the same tests, and what of the code they reach
	$(MAKE) test MOCHA='c8 mocha'

nodes: dist/.built ## the Node releases that policies are made for and proven on, into .cache/node
	node dist/tools/nodes.js

vectors: dist/.built ## libseccomp's own tests, into .cache/libseccomp, which `make test` holds imported profiles to
	node dist/test/seccomp/libseccomp/vectors/main.js

tables: dist/.built ## the system call tables again, from the newest kernel headers of Debian
	node dist/tools/tables.js

reference: dist/.built ## docs/reference.md again, from the schemas of the agent and its plugins
	node dist/tools/reference/main.js

recordings: dist/.built ## what the workload calls on each of those Node releases, again (root or not; script)
	node dist/tools/record.js

policies: dist/.built ## the default policies again, from tools/policy/ and tools/recordings/
	node dist/tools/policies.js

live-amd64: build ## the filters against the kernel of this machine, as root
	unshare --fork --pid --mount-proc --kill-child node dist/test/conformance/main.js

live-queue: build ## a queue on the disk, killed hundreds of times (KILLS), after power cuts (CUTS), restarts (ROUNDS), with a backlog (BACKLOG_GB)
	CUTS=$${CUTS:-500} ROUNDS=$${ROUNDS:-100} mocha --no-config --timeout 600000 --reporter dist/test/reporter.js \
	  dist/test/pipeline/queues/disk/*.live.js dist/test/pipeline/queues/disk/faults/{power-cut,restarts}.test.js

live-%: build
	node dist/tools/live/main.js $* $(SUITE)

live-all: live-amd64 ## the same on real kernels of all architectures; as root, packages: .ci/packages live
	@list=$$(node dist/tools/live/main.js --list) && test -n "$$list" && $(MAKE) $$(printf 'live-%s ' $$list)

live-nodes: build nodes ## attacks on an agent, as root, on each of those Node releases; races for its files; signals to it; hostile texts for its patterns; then it at work, LIVE_SECONDS long (60)
	mocha --no-config --reporter dist/test/reporter.js dist/test/hostile/*/*.live.js dist/test/matrix/*.live.js

live-jitless: build nodes ## the tests of the outputs under --jitless, on each of those Node releases
	@for node in .cache/node/*/bin/node; do echo "$$($$node --version) --jitless"; \
	  $$node --jitless node_modules/mocha/bin/mocha.js --no-config --timeout 60000 --reporter dist/test/reporter.js \
	  'dist/test/outputs/**/*.test.js' || exit 1; done

boot: build ## an installed agent under a systemd that has booted, also upgraded, as root (BOOT_SUITE: of another Debian)
	mocha --no-config --reporter dist/test/reporter.js dist/test/boot/*.live.js

integration: build ## the outputs against real servers, each fetched once (SERVERS: only these); those that this machine can't have are named; packages: .ci/packages integration
	node dist/tools/integration/main.js
	mocha --no-config --reporter dist/test/reporter.js 'dist/test/integration/**/*.live.js'

fuzz: dist/.built ## a million random and hostile inputs (FUZZ) for parser, import, compiler, simulator, regular expressions
	node dist/test/fuzz/main.js

mutants: dist/.built ## mutation testing of ROOM (all rooms), with SAMPLE random mutants (all), by its unit tests
	node dist/tools/mutants/main.js

release: dist/.built ## what is published, into release/; RELEASE_ARCHS=arm64,s390x: the addon for those and this
	node dist/tools/release/main.js

test-release: release build ## that it installs without a network and a compiler, and runs; as root
	RELEASE=$(CURDIR)/release mocha --no-config --timeout 60000 --reporter dist/test/reporter.js \
	  dist/test/release/release.live.js dist/test/cli/new/tarball.test.js

bench: build ## what the filter and the agent cost, as ratios within one run (BENCH: only these tables)
	node dist/bench/main.js $(BENCH)

clean: ## everything that was built
	rm -rf build dist packages/*/dist coverage release .cache/release .cache/mutants

# An older Node would get to the end of it all, and only then say that it is too old. Its version is never a warning
# then, and those of npm are of what only tests use.
node_modules/.installed: package.json package-lock.json
	@node tools/node/version.mjs
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

dist/.built: node_modules/.installed tsconfig.json $(wildcard packages/*/package.json) $(shell find lib beats packages test bench tools -name '*.ts' 2>/dev/null)
	@echo 'Compiling the TypeScript, which takes up to half a minute …'
	tsc
	node dist/tools/bundle.js
	@touch $@

build/.built: node_modules/.installed binding.gyp $(shell find addon -type f 2>/dev/null)
	@echo 'Compiling the addon …'
	node-gyp rebuild --silent --jobs max $(if $(NODEDIR),--nodedir=$(NODEDIR))
	@touch $@

.PHONY: release test-release bench boot integration fuzz mutants help run build test lint format coverage nodes vectors tables reference recordings policies live-amd64 live-queue live-all live-nodes clean
