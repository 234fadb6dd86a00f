#!/usr/bin/env bash
# rclone over S3: 200 files and one of 60 MB in parts go there, are compared, come back the same, are moved and deleted.
set -euo pipefail
cd "$(dirname "$0")"
command -v rclone >/dev/null || { echo "rclone is not installed (apt-get install rclone)"; exit 1; }
unset AWS_CA_BUNDLE AWS_ENDPOINT_URL AWS_PROFILE
work=$(mktemp -d)
"${UNYO:-../../bin/unyo}" serve -data "$work/data" -listen 127.0.0.1:0 > "$work/log" 2>&1 & server=$!
trap 'kill $server; wait $server || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do
  address=$(grep -o '127\.0\.0\.1:[1-9][0-9]*' "$work/log" | head -1) && break
  sleep 0.1
done
# rclone 1.60 asks for a private ACL by itself, which a bucket with ACLs disabled refuses (400 AccessControlListNotSupported):
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html names the one it takes.
cat > "$work/rclone.conf" <<CONF
[u]
type = s3
provider = Other
env_auth = false
access_key_id = test
secret_access_key = test
region = us-east-1
endpoint = http://$address
force_path_style = true
acl = bucket-owner-full-control
bucket_acl = private
CONF
r() { timeout 60 rclone --config "$work/rclone.conf" --retries 1 --low-level-retries 1 --contimeout 5s --timeout 20s "$@"; }
mkdir -p "$work/here/sub dir"
for i in $(seq 200); do echo "file $i" > "$work/here/sub dir/file $i.txt"; done
: > "$work/here/empty"
head -c 62914560 /dev/urandom > "$work/here/large.bin"

r mkdir u:rclone-bucket
r copy "$work/here" u:rclone-bucket/there --s3-upload-cutoff 10M --s3-chunk-size 8M
r check "$work/here" u:rclone-bucket/there --download 2>&1 | grep -E 'differences|matching' || { echo "check failed"; exit 1; }
r copy u:rclone-bucket/there "$work/back"
diff -r "$work/here" "$work/back"
r moveto u:rclone-bucket/there/large.bin u:rclone-bucket/elsewhere/large.bin
r cat u:rclone-bucket/elsewhere/large.bin | cmp - "$work/here/large.bin"
[ "$(r lsf -R --files-only u:rclone-bucket | wc -l)" = 202 ]
r delete u:rclone-bucket/there
[ "$(r lsf -R --files-only u:rclone-bucket)" = elsewhere/large.bin ]
r purge u:rclone-bucket
[ -z "$(r lsd u:)" ]
echo "rclone: $(rclone version | head -1 | cut -d' ' -f2): 202 files there, compared, back, moved, deleted, purged"
