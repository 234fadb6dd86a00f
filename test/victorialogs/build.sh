#!/usr/bin/env bash
# Builds a VictoriaLogs, as pinned in go.mod, to test and measure against: .cache/victorialogs/victoria-logs. With a C compiler it uses
# the C zstd, with which it is fastest.
set -euo pipefail
cd "$(dirname "$0")"
out=$PWD/../../.cache/victorialogs/victoria-logs
cgo=0
if command -v gcc >/dev/null; then cgo=1; fi
CGO_ENABLED=$cgo go build -trimpath -o "$out" github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs
echo "built $out (cgo $cgo)"
