#!/usr/bin/env bash
# S3 asked by a stranger: the single tests of versitygw's own client, counted per family and held against floor.txt.
# Arguments: names of families or of tests; none means all. FLOOR=write lets the counts of this run become the floor.
set -euo pipefail
cd "$(dirname "$0")"
cache=$(cd ../.. && pwd)/.cache/bin
version=v1.8.0
[ -x "$cache/versitygw-$version" ] || {
  GOBIN="$cache" go install "github.com/versity/versitygw/cmd/versitygw@$version"
  mv "$cache/versitygw" "$cache/versitygw-$version"
}
unset AWS_CA_BUNDLE AWS_ENDPOINT_URL AWS_PROFILE
exec python3 versitygw.py "$cache/versitygw-$version" "${UNYO:-../../bin/unyo}" "$@"
