# `make help` lists everything. CI runs `make test` and nothing else.
# Needs: Go (see go.mod), gcc, make; node >= 20 for the contracts and the
# conformance suite.

GO       ?= go
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS  := -X main.version=$(VERSION)
FUZZTIME ?= 60s
SOAK     ?= 30m
SIM      ?= 10m
BENCH    ?= .
VOTES    ?= 200000
VOTERS   ?= 1000000
ARBO_VOTERS ?= 200000
CHROMIUM ?= chromium

GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# The IPFS daemon that tests talk to. It is kept outside the tree, under its version,
# so that a fresh clone need not build it again.
KUBO_VERSION := v0.43.0
KUBO_SUM     := h1:yIqtKSCSKZXsYHz68J6hf1/dWOe/eMyaPsTubsVUb3M=
KUBO         ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/urna/kubo-$(KUBO_VERSION)/ipfs

# The Ethereum that end-to-end tests run beside a network. It is another release than
# the library in go.mod, whose program needs a module that cannot be had everywhere.
GETH_VERSION := v1.17.8
GETH_SUM     := h1:iKuXrT38t1PaU6aBw6MjBJhGoCl/+Ir0vf5aqQhYT38=
GETH         ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/urna/geth-$(GETH_VERSION)/geth

# Where the programs of a PostgreSQL server are; the newest there is.
POSTGRES     ?= $(or $(patsubst %/,%,$(dir $(shell command -v initdb))),$(lastword $(sort $(wildcard /usr/lib/postgresql/*/bin))))

# cgo builds the C implementation of signature recovery, which is three times
# as fast as the one in Go.
export CGO_ENABLED := 1

# Builds do not depend on where the source lies. Tests build in the same way, so
# that nothing is compiled twice.
export GOFLAGS := $(shell $(GO) env GOFLAGS) -trimpath

.DEFAULT_GOAL := help
.PHONY: help build dev test unit lint race fuzz bench bench-audit bench-census e2e geth conformance kubo kubo-test postgres-test verifier verifier-test contracts contracts-write soak sim vectors clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the programs into bin/
	$(GO) build -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

dev: build ## run a whole network in one process, with the built-in defaults
	bin/urnad dev

test: lint unit contracts e2e kubo-test conformance verifier-test ## everything that CI runs

unit: ## unit, property, story and import tests; fuzz corpora
	$(GO) test -timeout 20m $$($(GO) list ./... | grep -vE '/test/(e2e|kubo)$$')

lint: ## formatting, vet, staticcheck
	@out=$$($(GO) run $(GOFUMPT) -l $$(git ls-files -co --exclude-standard '*.go' | xargs grep -L '^// Code generated')); \
	  if [ -n "$$out" ]; then echo "not formatted with gofumpt:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

race: ## unit tests under the race detector
	$(GO) test -race -timeout 40m $$($(GO) list ./... | grep -vE '/test/(e2e|kubo)$$')

fuzz: ## every fuzz test for FUZZTIME (60s) each
	@grep -rl '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u | while read -r dir; do \
	  for f in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$dir/*_test.go); do \
	    $(GO) test $$dir -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) || exit 1; \
	  done; \
	done

bench: ## Go benchmarks; BENCH is a pattern
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 60m $$($(GO) list ./... | grep -v '/test/')

bench-audit: ## a network makes VOTES (200000) votes, the auditor replays them
	$(GO) test -count 1 -run '^$$' -bench Audit -benchtime 1x -timeout 120m ./test/e2e -args -votes $(VOTES)

bench-census: ## a census of VOTERS (1000000) on two nodes, beside ARBO_VOTERS (200000) by arbo; readers during an import
	$(GO) test -count 1 -run '^$$' -bench Million -benchtime 1x -timeout 120m ./gateway/censuses -args -voters $(VOTERS) -arbo-voters $(ARBO_VOTERS)
	$(GO) test -count 1 -run '^$$' -bench Readers -benchtime 1x -timeout 60m ./test/e2e -args -members $(VOTERS)

e2e: build geth ## networks of separate processes, with faults; and an Ethereum beside them
	$(GO) test -count 1 -timeout 20m ./test/e2e -args -geth '$(GETH)'

geth: $(GETH) ## build the Ethereum that e2e runs; minutes, once

# Without its profile, geth shares compiled packages with other builds.
$(GETH):
	GO='$(GO)' test/build.sh github.com/ethereum/go-ethereum $(GETH_VERSION) '$(GETH_SUM)' ./cmd/geth '$@' -pgo=off

soak: build ## the crash loop over and over for SOAK (30m)
	$(GO) test -count 1 -timeout 24h -v -run Killed ./test/e2e -args -soak $(SOAK)

sim: ## random lives of small networks for SIM (10m); a failure prints its seed
	$(GO) test -count 1 -timeout 24h ./test/sim -args -for $(SIM)

kubo: $(KUBO) ## build the IPFS daemon that kubo-test talks to; minutes, once

$(KUBO):
	GO='$(GO)' test/build.sh github.com/ipfs/kubo $(KUBO_VERSION) '$(KUBO_SUM)' ./cmd/ipfs '$@'

kubo-test: kubo ## the file store against a real IPFS daemon
	$(GO) test -count 1 -timeout 5m ./test/kubo -args -kubo '$(KUBO)'

postgres-test: ## the registry against a real PostgreSQL server, which it starts
	@test -x '$(POSTGRES)/initdb' || { echo "no PostgreSQL: install it (Debian: apt-get install postgresql), or say POSTGRES=directory of initdb"; exit 1; }
	$(GO) test -count 1 -timeout 10m ./registry -args -postgres '$(POSTGRES)'

conformance: build test/conformance/node_modules/.package-lock.json ## the unmodified @vocdoni/sdk against urnad dev
	cd test/conformance && node run.mjs

test/conformance/node_modules/.package-lock.json: test/conformance/package-lock.json
	cd test/conformance && npm ci
	@touch $@

contracts: contracts/node_modules/.package-lock.json ## compile the contracts again: artifacts and binding must not change
	cd contracts && node --test && node compile.mjs --check
	$(GO) test -count 1 ./anchor/contract

contracts-write: contracts/node_modules/.package-lock.json ## compile the contracts and write artifacts and binding
	cd contracts && node compile.mjs
	$(GO) test -count 1 ./anchor/contract -update

contracts/node_modules/.package-lock.json: contracts/package-lock.json
	cd contracts && npm ci
	@touch $@

verifier: web/verify/node_modules/.package-lock.json ## build the second verifier into web/verify/dist
	cd web/verify && npm run --silent build

verifier-test: verifier ## the second verifier: types, tests, and its page in Chromium where there is one
	cd web/verify && npm run --silent check && npm test --silent
	@if command -v $(CHROMIUM) > /dev/null; then cd web/verify && CHROMIUM=$(CHROMIUM) npm run --silent test:page; \
	  else echo "there is no $(CHROMIUM): the page was not opened"; fi

web/verify/node_modules/.package-lock.json: web/verify/package-lock.json
	cd web/verify && npm ci
	@touch $@

vectors: ## write golden files and generated pages again; read the difference before you commit it
	$(GO) test -count 1 ./tx ./state ./internal/check ./cmd/urnad ./cmd/urna-audit ./test/scripts -update
	$(GO) test -count 1 ./audit/archive ./audit/tiles -run TestVectors -update
	$(GO) test -count 1 ./gateway -update -update-explorer

clean: ## remove what was built and installed
	rm -rf bin test/conformance/node_modules web/verify/node_modules web/verify/dist web/verify/build contracts/node_modules
