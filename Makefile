# Unyo needs Go, git and make; the client tests also want python3 with venv (they install the rest themselves).
GOFLAGS := -trimpath
export CGO_ENABLED = 0
DATA ?= data
LISTEN ?= 127.0.0.1:4566

.PHONY: build run rehearse test fetch test-go test-wire test-clients test-rehearse test-s3 test-agents test-victorialogs build-kafka test-kafka bench-kafka policy-million race fuzz bench bench-logs bench-trail soak gen clean

build: ## bin/unyo
	go build $(GOFLAGS) -ldflags "-s -w" -o bin/unyo ./cmd/unyo

build-kafka: ## bin/unyo-kafka, which can keep the records of Kinesis streams in a Kafka (serve -kinesis)
	go build $(GOFLAGS) -tags kafka -ldflags "-s -w" -o bin/unyo-kafka ./cmd/unyo

run: build ## serve an estate from $(DATA) on $(LISTEN)
	./bin/unyo serve -data $(DATA) -listen $(LISTEN)

rehearse: build ## bin/unyo-rehearse, which plays the sample architectures; unyo rehearse runs it
	cd rehearse && go build $(GOFLAGS) -ldflags "-s -w" -o ../bin/unyo-rehearse .

test: fetch build test-go test-wire test-clients test-rehearse ## everything that must hold

fetch: ## the modules, asked for again when a connection drops; what is missing then, the build says
	@for m in . test/wire test/clients rehearse; do for n in 1 2 3; do (cd $$m && go mod download) && break || sleep 5; done; done

test-go:
	go vet ./...
	go vet -tags kafka ./world
	go test -timeout 30m ./...

test-wire: ## the codec against the wire snapshots inside the AWS SDK's modules
	cd test/wire && go test -timeout 30m ./...

test-clients: build ## the built binary, driven by AWS CLI, boto3 and the AWS SDK for Go
	cd test/clients && go test -count=1 -timeout 60m ./...

test-rehearse: rehearse ## the rehearsals, with few days
	cd rehearse && go vet ./... && go test ./...
	./bin/unyo rehearse logs -days 9 -out bin/rehearsal-logs.html
	./bin/unyo rehearse accounts -out bin/rehearsal-accounts.html
	./bin/unyo rehearse audit -out bin/rehearsal-audit.html -evidence bin/rehearsal-audit-evidence

test-s3: build ## versitygw's own S3 tests against the built binary, held against test/s3/floor.txt; rclone where it is installed
	./test/s3/versitygw.sh
	./test/s3/rclone.sh

test-agents: build ## agents and logging libraries, unmodified, ship to the built binary over rotation, restarts and kill -9; those that cannot be installed are left out and named
	./test/agents/run.sh

policy-million: ## a million random decisions by both evaluators of policies
	go test ./engine/policy -run TestAgainstPlain -v -timeout 60m -args -decisions 1000000 -seed $(or $(SEED),1)

test-victorialogs: ## logs kept in a real VictoriaLogs, which it builds: the engine's contract, kills, a cluster, the whole house
	./test/victorialogs/build.sh
	VICTORIALOGS=$(CURDIR)/.cache/victorialogs/victoria-logs go test -count=1 -timeout 20m ./engine/logstore/victorialogs
	VICTORIALOGS=$(CURDIR)/.cache/victorialogs/victoria-logs go test -count=1 -run VictoriaLogs ./world

test-kafka: ## Kinesis records kept in a real Kafka broker, which it fetches (Maven, Java 17): the engine's contract, kills of both, the whole house
	./test/kafka/fetch.sh
	KAFKA_JARS=$(CURDIR)/.cache/kafka go test -count=1 -timeout 20m ./engine/recordstore/kafka
	KAFKA_JARS=$(CURDIR)/.cache/kafka go test -count=1 -tags kafka -run Kafka ./world

# What shares memory between goroutines: workers of a query, readers of files, the stores. RACE names other packages.
RACE ?= ./engine/sql/... ./engine/columnar/... ./engine/blob/... ./engine/logstore ./base/turns ./kernel/...
race: ## the race detector over what shares memory, one package at a time; it wants a C compiler, which nothing else does
	@command -v "$$(go env CC | cut -d' ' -f1)" >/dev/null || { echo "make race: Go's race detector is built with a C compiler, and $$(go env CC) is not here (on Debian: apt-get install gcc libc6-dev)" >&2; exit 1; }
	CGO_ENABLED=1 go test -race -p 1 -timeout 120m $(RACE)

fuzz: ## every fuzz target, FUZZTIME each
	./test/fuzz.sh $(or $(FUZZTIME),30s)

bench: build ## figures, with peers in the same run where they can be installed
	./bench/run.sh

bench-logs: build ## ten million log lines (LINES) beside a VictoriaLogs that it builds; idle groups; a line to a consumer; Kinesis
	./test/victorialogs/build.sh
	cd bench && go run . -unyo ../bin/unyo -victorialogs ../.cache/victorialogs/victoria-logs -lines $(or $(LINES),10000000) -only loglines,idlegroups,toconsumer,kinesis
	go test -run '^$$' -bench Match ./engine/pattern

bench-kafka: build-kafka ## PutRecords from 64 writers, with the records on this disk and in a Kafka broker on this machine
	cd bench && go build -o ../bin/bench . && ../test/kafka/run.sh sh -c '../bin/bench -unyo ../bin/unyo-kafka -kafka $$KAFKA -only kinesis'

bench-trail: build ## what the trail records, delivers and proves, over kill -9; a year of digests; event history and Lake
	cd bench && go run . -unyo ../bin/unyo -only trail,trailyear
	go test -run '^$$' -bench 'Record|LookupEvents|Lake' -benchtime 1s ./kernel/journal ./service/cloudtrail

soak: build ## a million lines through ten kills; a disk that fills up (root)
	./test/soak/soak.sh
	./test/soak/full_disk.sh

gen: ## api/ from models/
	go run ./gen

clean:
	rm -rf bin
