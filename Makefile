# Go is looked for where its own installer puts it, too.
export PATH := $(PATH):/usr/local/go/bin

# Two cores build two packages at a time; tests mostly wait for servers, so
# more of them run at once than there are cores.
GOTEST ?= go test -p 2 -parallel 4 -timeout 15m
PKG ?= ./...
FUZZTIME ?= 20000x
BENCHTIME ?= 1s
BENCH ?=

.DEFAULT_GOAL := help
.PHONY: help deps build demo test race lint fuzz bench microbench test-matrix

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

deps: ## install what is missing: PostgreSQL, Redis, a C compiler, Go
	@scripts/deps.sh

build: ## compile bin/materializer
	go build -o bin/ ./cmd/materializer

demo: deps build ## start PostgreSQL, Redis and materializer, and show documents change
	bin/materializer demo

test: deps lint build ## lint, build and run every test
	$(GOTEST) $(PKG)

race: deps ## run the tests with the race detector
	CGO_ENABLED=1 $(GOTEST) -race $(PKG)

lint: ## gofmt, go vet and staticcheck
	@scripts/gofmt.sh
	go vet ./...
	go tool staticcheck ./...

fuzz: ## fuzz each decoder FUZZTIME times (20000x)
	@scripts/fuzz.sh $(FUZZTIME)

bench: deps ## measure the whole path on real servers (3 minutes; BENCH=-quick: a glance)
	go run ./bench $(BENCH)

microbench: deps ## run every Go benchmark for BENCHTIME (1s)
	$(GOTEST) -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) $(PKG)

test-matrix: deps ## run the integration tests on PostgreSQL 14 to 18
	@scripts/test-matrix.sh
