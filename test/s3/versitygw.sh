#!/usr/bin/env bash
# S3 asked by a stranger: the single tests of versitygw's own client, counted per family and held against floor.txt.
# Arguments: names of families or of tests; none means all. FLOOR=write lets the counts of this run become the floor.
#
# The tool is the released source with these edits, made here, on a copy in .cache, by sed, and nothing else:
#  - answers are judged by status and error code: where the tool also compares the wording of an error's message, it no longer does
#    (other members of an error, such as ArgumentName, are still compared);
#  - the users that its tests act as are accounts of the estate, by number, because on AWS nobody chooses an access key id;
#  - the policies that its tests write name those accounts as AWS wants it, {"AWS": …}, where versitygw takes a bare string;
#  - a bucket that its tests begin with has no public access block, which on AWS every bucket begins with and versitygw has not;
#  - the id of a version that never was has the form of S3's ids (any would do), not of versitygw's;
#  - where its tests lock or unlock an object whose version they do not know, they name no version, instead of an empty one, which
#    AWS refuses;
#  - what its tests ask of versitygw's own command beside them (./versitygw admin create-user) is answered by the stand-in that
#    versitygw.py writes: those accounts are there already, and every other admin command fails.
# VERSITYGW=released runs the tool as it is.
set -euo pipefail
cd "$(dirname "$0")"
cache=$(cd ../.. && pwd)/.cache
version=v1.8.0
edition=${VERSITYGW:-judging-codes}
tool=$cache/bin/versitygw-$version-$edition
if [ ! -x "$tool" ]; then
  source=$(cd /tmp && go mod download -json "github.com/versity/versitygw@$version" | python3 -c 'import json,sys; print(json.load(sys.stdin)["Dir"])')
  copy=$cache/versitygw-$version
  rm -rf "$copy"
  mkdir -p "$cache/bin"
  cp -r "$source" "$copy" # Go overlays no file of the module cache
  chmod -R u+w "$copy"
  if [ "$edition" = judging-codes ]; then
    sed -i -E \
      -e 's/(if .* != (apiErr\.Description|expectedErr\.Message)) \{/\1 \&\& false {/' \
      -e 's/^type user struct/var userCount atomic.Uint64\n\n&/' \
      -e 's/access: fmt\.Sprintf\("test-user-.*/access: fmt.Sprintf("%012d", userCount.Add(1)),/' \
      -e 's/secret: fmt\.Sprintf\("test-secret-.*/secret: "test",/' \
      -e 's/^func genPolicyDoc\(.*/&\n\tif strings.HasPrefix(principal, "[") || strings.HasPrefix(principal, `"0`) {\n\t\tprincipal = `{"AWS": ` + principal + `}`\n\t}/' \
      -e '0,/cfg\.VersioningStatus != ""/s/(.*cfg\.VersioningStatus != "")/\tif _, err := s3client.DeletePublicAccessBlock(context.Background(), \&s3.DeletePublicAccessBlockInput{Bucket: \&bucket}); err != nil {\n\t\treturn err\n\t}\n\1/' \
      -e 's/getPtr\((obj\.)?versionId\)/known(\1versionId)/' \
      -e 's/^type objToDelete struct/func known(id string) *string {\n\tif id == "" {\n\t\treturn nil\n\t}\n\treturn \&id\n}\n\n&/' \
      "$copy/tests/integration/utils.go"
    sed -i -E -e 's/"Principal": (\[?"%s"\]?)/"Principal": {"AWS": \1}/' -e 's/Principal: (testuser\.access),/Principal: map[string]string{"AWS": \1},/' -e '/"Principal": \[$/{s/\[$/{"AWS": [/;n;n;s/\]/]}/}' \
      "$copy"/tests/integration/{Access_Control,PutBucketPolicy}.go
    sed -i -E 's/\b01[0-9A-HJKMNP-TV-Z]{24}\b/&abcdef/g' "$copy"/tests/integration/*.go
    [ "$(diff "$source/tests/integration/utils.go" "$copy/tests/integration/utils.go" | grep -c '^[0-9]')" -ge 9 ] || { echo "versitygw's source is not as these edits expect"; exit 1; }
  fi
  (cd "$copy" && go build -o "$tool" ./cmd/versitygw)
  rm -rf "$copy"
fi
unset AWS_CA_BUNDLE AWS_ENDPOINT_URL AWS_PROFILE
exec python3 versitygw.py "$tool" "${UNYO:-../../bin/unyo}" "$@"
