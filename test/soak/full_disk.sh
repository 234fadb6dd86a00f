#!/usr/bin/env bash
# Estates on a disk of 220 MB that fills up, and gets space back: one whose time flows, and one that is held and has a trail and an event data
# store. Needs root to mount a tmpfs.
set -euo pipefail
cd "$(dirname "$0")"
cache=../../.cache/clients
[ -x $cache/bin/python3 ] || { python3 -m venv $cache && $cache/bin/pip install -q boto3 awscli; }
disk=$(mktemp -d)
port=${PORT:-4591}
trap 'kill $server; wait $server || true; umount "$disk"; rm -rf "$disk" "$disk.log"' EXIT
for what in "full_disk.py" "full_disk_trail.py -clock held"; do
  set -- $what
  script=$1
  shift
  mount -t tmpfs -o size=220m tmpfs "$disk"
  ../../bin/unyo serve -data "$disk/data" -listen "127.0.0.1:$port" "$@" 2>"$disk.log" &
  server=$!
  sleep 1
  dd if=/dev/zero of="$disk/filler" bs=1M count=60 2>/dev/null
  env -u AWS_CA_BUNDLE AWS_ENDPOINT_URL="http://127.0.0.1:$port" AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 \
    $cache/bin/python3 "$script" "$disk/filler"
  if [ "$script" != full_disk_trail.py ]; then
    kill $server
    wait $server || true
    umount "$disk"
  fi
done
