#!/usr/bin/env bash
# Fetches an Apache Kafka broker, as pinned in pom.xml, to test and measure against: .cache/kafka/*.jar. It wants Maven and a JRE (17 or later).
set -euo pipefail
cd "$(dirname "$0")"
out=$PWD/../../.cache/kafka
if [ "$out/fetched" -nt pom.xml ]; then exit 0; fi
rm -rf "$out"
mvn -q -B dependency:copy-dependencies -DoutputDirectory="$out"
touch "$out/fetched"
echo "fetched $(ls "$out"/kafka_*.jar)"
