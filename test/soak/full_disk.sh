#!/usr/bin/env bash
# An estate on a disk of 220 MB that fills up, and gets space back. Needs root to mount a tmpfs.
set -euo pipefail
cd "$(dirname "$0")"
disk=$(mktemp -d)
mount -t tmpfs -o size=220m tmpfs "$disk"
../../bin/unyo serve -data "$disk/data" -listen 127.0.0.1:4591 2>"$disk.log" &
server=$!
trap 'kill $server; wait $server || true; umount "$disk"; rm -rf "$disk" "$disk.log"' EXIT
sleep 1
dd if=/dev/zero of="$disk/filler" bs=1M count=60 2>/dev/null
cache=../../.cache/clients
[ -x $cache/bin/python3 ] || { python3 -m venv $cache && $cache/bin/pip install -q boto3 awscli; }
env -u AWS_CA_BUNDLE AWS_ENDPOINT_URL=http://127.0.0.1:4591 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 \
  $cache/bin/python3 full_disk.py "$disk/filler"
