#!/usr/bin/env bash
# Every fuzz target of the module, one after another, for the time given (30s).
set -euo pipefail
cd "$(dirname "$0")/.."
for_each=${1:-30s}
grep -rlE '^func Fuzz[A-Z]' --include='*_test.go' . | grep -v '^./test/' | xargs -n1 dirname | sort -u | while read -r dir; do
  grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | sed 's/func //' | while read -r target; do
    echo "== $dir $target"
    go test "$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$for_each"
  done
done
