#!/usr/bin/env bash
# The AWS CLI's own ways with S3: sync there, again, back and with --delete; 100 MB in parts; a range; presigned; moved and removed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
s3() { aws s3 "$@"; }
same() { [ "$1" = "$2" ] || { echo "got «$1», expected «$2»"; exit 1; }; }
mkdir -p "$work/here/sub dir"
for i in $(seq 60); do echo "file $i" > "$work/here/sub dir/$i ü.txt"; done
: > "$work/here/empty"
touch -d '1 hour ago' "$work"/here/*/* "$work/here/empty" # an object's time has whole seconds
s3 mb s3://cli-bucket > /dev/null
same "$(s3 sync --no-progress "$work/here" s3://cli-bucket/there | grep -c upload:)" 61
same "$(s3 sync --no-progress "$work/here" s3://cli-bucket/there)" ""
echo longer than before > "$work/here/sub dir/7 ü.txt"
rm "$work/here/empty"
same "$(s3 sync --no-progress "$work/here" s3://cli-bucket/there --delete | sed -E 's/^(upload|delete).*/\1/' | sort | tr '\n' ' ')" "delete upload "
s3 sync --no-progress s3://cli-bucket/there "$work/back" > /dev/null
diff -r "$work/here" "$work/back"

head -c 104857600 /dev/urandom > "$work/large"
s3 cp --quiet "$work/large" s3://cli-bucket/large
same "$(aws s3api head-object --bucket cli-bucket --key large --query ContentLength)" 104857600
s3 cp --quiet s3://cli-bucket/large "$work/again"
cmp "$work/large" "$work/again"
s3 mv --quiet s3://cli-bucket/large s3://cli-bucket/moved # a copy in parts
s3 cp --quiet s3://cli-bucket/moved - | cmp - "$work/large"
head -c 20000000 "$work/large" | s3 cp --quiet - s3://cli-bucket/stream
same "$(s3 ls s3://cli-bucket --recursive --summarize | tail -2 | tr -s ' \n' ' ')" "Total Objects: 62 Total Size: $((104857600 + 20000000 + $(cat "$work/here/sub dir/"* | wc -c))) "
curl -sf "$(s3 presign s3://cli-bucket/stream)" | cmp -n 20000000 - "$work/large"
s3 rb --force s3://cli-bucket > /dev/null
if s3 ls s3://cli-bucket 2> "$work/said"; then echo "the bucket is still there"; exit 1; fi
grep -q NoSuchBucket "$work/said"
echo "all held"
