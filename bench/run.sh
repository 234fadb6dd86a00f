#!/usr/bin/env bash
# Every figure, beside moto_server in the same run where python3 can install it.
set -euo pipefail
cd "$(dirname "$0")"
cache=../.cache/bench
moto=()
if command -v python3 >/dev/null && python3 -m venv "$cache" && "$cache/bin/pip" install -q 'moto[server]'; then
  "$cache/bin/moto_server" -p 5055 >/dev/null 2>&1 &
  peer=$!
  trap 'kill $peer' EXIT
  sleep 5
  moto=(-moto http://127.0.0.1:5055)
fi
go test -run "^$" -bench Policy -benchtime 2s . # beside cedar-go
go run . -unyo ../bin/unyo "${moto[@]}" "$@"
cd ..
go test -run '^$' -bench . -benchtime 1s ./wire ./kernel/... ./engine/... ./gateway ./service/iam
