# Two commands matter to a newcomer: make demo, make test. The others serve those who work here; make help names them all.
SHELL      := /bin/bash
GO         ?= go
BIN        := $(CURDIR)/bin
LINT       := $(CURDIR)/.tools/golangci-lint
CONNECTORS := $(patsubst plugins/%/main.go,%,$(wildcard plugins/*/main.go))
PACKAGES   := ./...
export CGO_ENABLED ?= 0
.DEFAULT_GOAL := build

.PHONY: help build demo test test-full oracle race lint fuzz bench generate deps clean

help: ## what there is to make
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

build: ## dossier and its connectors, into bin/
	$(GO) build -trimpath -o $(BIN)/ ./cmd/...
	@for c in $(CONNECTORS); do $(GO) build -trimpath -o $(BIN)/dossier-connector-$$c ./plugins/$$c || exit 1; done

demo: build $(if $(filter-out sqlite,$(STORE)),deps) ## the main job for one member, on embedded stores under .demo/, or STORE=postgres, STORE=mysql
	@GO=$(GO) STORE=$(STORE) test/demo/demo.sh

deps: ## what the tests need beside Go: a browser, servers of PostgreSQL and MariaDB, FerretDB, MinIO
	@test/deps.sh

test: deps lint ## everything; fails on a failing or a skipped test
	@test/run.sh $(PACKAGES)

# What takes minutes by its size alone: make test carries each out at a smaller one.
test-full: deps ## what make test does with hundreds of persons, with a thousand, and with a hundred thousand rows of one, with a million
	@DOSSIER_TEST_CLINIC_BATCH=1000 test/run.sh -run '^TestMany$$' ./test/clinic
	@DOSSIER_TEST_LAKE_ROWS=1000000 test/run.sh -run '^TestLakeMemoryOfTheirOwnRows$$' ./test/faults
	@DOSSIER_TEST_DESK_ROWS=10000 test/run.sh -run '^TestDeskMemoryDoesNotGrow$$' ./test/faults

oracle: ## maps and rows drawn at random, TIMES as many as the tests draw, on every store
	DOSSIER_ORACLE_TIMES=$(or $(TIMES),10) $(GO) test -count=1 -timeout 3h ./test/oracle

race: ## the same under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race $(PACKAGES)

lint: $(LINT) ## the linter, go vet's checks among its own
	$(LINT) run

$(LINT): .ci/tools/go.mod
	@mkdir -p $(@D)
	cd .ci/tools && CGO_ENABLED=0 $(GO) build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

fuzz: ## every fuzz target for FUZZTIME each
	@test/fuzz.sh $(or $(FUZZTIME),30s)

bench: build $(if $(STORE),deps) ## ratios against hand-written code in the same run, in files, or STORE=postgres, mysql, mongodb, s3 or clinic
	@test/bench.sh $(if $(STORE),-store $(STORE))

generate: ## regenerates what is generated
	$(GO) generate ./...

clean: ## removes what was built, and the demonstration
	rm -rf $(BIN) .demo
