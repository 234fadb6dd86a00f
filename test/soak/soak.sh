#!/usr/bin/env bash
# A million lines of a real nginx access log, made with a load tool, shipped by boto3 to CloudWatch Logs while the server
# is killed at random, matched, delivered by Firehose, read back with the AWS CLI. Needs root for apt on a bare machine.
set -euo pipefail
cd "$(dirname "$0")"
lines=${LINES_TO_SHIP:-1000000}
kills=${KILLS:-10}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for tool in nginx wrk; do
  command -v $tool >/dev/null || { apt-get update -q && apt-get install -y -q nginx-light wrk; }
done
cat > "$work/nginx.conf" <<CONF
user root; worker_processes 1; pid $work/nginx.pid; error_log $work/error.log; daemon on;
events { worker_connections 256; }
http { access_log $work/access.log combined buffer=64k flush=1s; root $work/html; client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:8087; } }
CONF
mkdir -p "$work/html"; echo hello > "$work/html/index.html"; echo shop > "$work/html/shop"
cat > "$work/paths.lua" <<'LUA'
local paths = {"/", "/index.html", "/shop", "/missing", "/api/orders", "/favicon.ico"}
request = function() return wrk.format("GET", paths[math.random(#paths)] .. "?n=" .. math.random(1000000)) end
LUA
nginx -c "$work/nginx.conf" -p "$work"
while [ "$(cat "$work"/access.log 2>/dev/null | wc -l)" -lt "$lines" ]; do wrk -t1 -c32 -d5s -s "$work/paths.lua" http://127.0.0.1:8087/ >/dev/null; done
kill "$(cat "$work/nginx.pid")"
head -n "$lines" "$work/access.log" > "$work/lines"
echo "$(wc -l < "$work/lines") lines, $(du -h "$work/lines" | cut -f1)"
cache=../../.cache/clients
[ -x $cache/bin/aws ] || { python3 -m venv $cache && $cache/bin/pip install -q boto3 awscli; }
PATH="$PWD/$cache/bin:$PATH" python3 soak.py ../../bin/unyo "$work" "$kills"
