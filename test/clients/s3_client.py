"""What web pages and boto3's resources do with S3: CORS as a browser asks for it, then objects by the resource API."""
import io
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError

s3, resource = boto3.client("s3"), boto3.resource("s3")
where = {"LocationConstraint": "eu-central-1"}


def asked(address, method, **headers):
    """Status and headers of an answer, as a browser sees them."""
    request = urllib.request.Request(address, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as e:
        return e.code, e.headers


# Pages of one site may write, those of all others may read.
s3.create_bucket(Bucket="pages", CreateBucketConfiguration=where)
try:
    s3.get_bucket_cors(Bucket="pages")
    raise AssertionError("a bucket begins with CORS")
except ClientError as e:
    assert e.response["Error"]["Code"] == "NoSuchCORSConfiguration", e
rules = [
    {"ID": "own", "AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["x-amz-*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60},
    {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]},
]
s3.put_bucket_cors(Bucket="pages", CORSConfiguration={"CORSRules": rules})
assert s3.get_bucket_cors(Bucket="pages")["CORSRules"] == rules
put = s3.generate_presigned_url("put_object", Params={"Bucket": "pages", "Key": "k"})
get = s3.generate_presigned_url("get_object", Params={"Bucket": "pages", "Key": "k"})
own, other = "https://app.example.com", "http://elsewhere.org"
status, headers = asked(put, "OPTIONS", Origin=own, Access_Control_Request_Method="PUT", Access_Control_Request_Headers="x-amz-meta-a")
assert (status, headers["Access-Control-Allow-Origin"], headers["Access-Control-Allow-Headers"], headers["Access-Control-Max-Age"]) == (200, own, "x-amz-meta-a", "60"), (status, headers)
status, headers = asked(put, "OPTIONS", Origin=other, Access_Control_Request_Method="PUT")
assert (status, headers["Access-Control-Allow-Origin"]) == (403, None), (status, headers)
status, headers = asked(put, "PUT", Origin=own, Content_Length="0")
assert (status, headers["Access-Control-Allow-Origin"], headers["Access-Control-Expose-Headers"]) == (200, own, "ETag"), (status, headers)
status, headers = asked(get, "GET", Origin=other)
assert (status, headers["Access-Control-Allow-Origin"], headers["Access-Control-Allow-Credentials"]) == (200, "*", None), (status, headers)
status, headers = asked(get.replace("/k?", "/none?"), "GET", Origin=own)  # refused, and the page may know
assert (status, headers["Access-Control-Allow-Origin"]) == (403, own), (status, headers)
status, headers = asked(get, "GET")
assert headers["Access-Control-Allow-Origin"] is None, headers
s3.delete_bucket_cors(Bucket="pages")
assert asked(put, "OPTIONS", Origin=own, Access_Control_Request_Method="PUT")[0] == 403

# The resource API.
bucket = resource.create_bucket(Bucket="things", CreateBucketConfiguration=where)
bucket.wait_until_exists()
bucket.Versioning().enable()
for i in range(30):
    bucket.put_object(Key=f"{i:02}", Body=b"x" * i)
bucket.upload_fileobj(io.BytesIO(b"y" * (9 << 20)), "large")
assert sum(o.size for o in bucket.objects.all()) == sum(range(30)) + (9 << 20)
assert [o.key for o in bucket.objects.filter(Prefix="1").limit(3)] == ["10", "11", "12"]
thing = resource.Object("things", "05")
assert thing.content_length == 5 and thing.get()["Body"].read() == b"xxxxx"
copy = resource.Object("things", "copy")
copy.copy_from(CopySource={"Bucket": "things", "Key": "05"}, MetadataDirective="REPLACE", Metadata={"a": "b"})
assert copy.metadata == {"a": "b"}
thing.delete()
assert [v.is_latest for v in bucket.object_versions.filter(Prefix="05")] == [False, True]  # markers come last
upload = resource.Object("things", "parts").initiate_multipart_upload()
assert [u.id for u in bucket.multipart_uploads.all()] == [upload.id]
part = upload.Part(1).upload(Body=b"z")
assert upload.complete(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}).content_length == 1
bucket.Tagging().put(Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
assert bucket.Tagging().tag_set == [{"Key": "a", "Value": "b"}]
bucket.objects.all().delete()
bucket.object_versions.delete()
bucket.delete()
bucket.wait_until_not_exists()
print("all held")
