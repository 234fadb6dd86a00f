#!/usr/bin/env bash
# Runs a command beside a Kafka broker of its own, over an empty folder, whose address is in KAFKA:  run.sh COMMAND…
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/fetch.sh"
port=${KAFKA_PORT:-29092}
dir=$(mktemp -d)
cat >"$dir/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$dir/data
auto.create.topics.enable=false
END
jars="$here/../../.cache/kafka/*"
java -cp "$jars" kafka.tools.StorageTool format -t dW55bwAAAAAAAAAAAAAAAA -c "$dir/server.properties" >"$dir/log" 2>&1
java -Xmx512m -cp "$jars" kafka.Kafka "$dir/server.properties" >>"$dir/log" 2>&1 &
broker=$!
trap 'kill -9 $broker; wait $broker 2>/dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 600); do
	if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
	sleep 0.1
done
KAFKA=127.0.0.1:$port "$@"
