package clients

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// jsonCall is a JSON 1.1 request to CloudWatch Logs.
func jsonCall(operation, body string) raw {
	return raw{service: "logs", body: body, header: map[string]string{"X-Amz-Target": "Logs_20140328." + operation, "Content-Type": "application/x-amz-json-1.1"}}
}

// form is a query request.
func form(service, body string) raw {
	return raw{service: service, body: body, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}
}

const (
	stsVersion = "&Version=2011-06-15"
	iamVersion = "&Version=2010-05-08"
)

func object(method, path, body string) raw {
	return raw{method: method, path: path, service: "s3", body: body}
}

func with(r raw, change func(*raw)) raw {
	h := map[string]string{}
	for k, v := range r.header {
		h[k] = v
	}
	r.header = h
	change(&r)
	return r
}

func header(r raw, k, v string) raw { return with(r, func(r *raw) { r.header[k] = v }) }

func spoil(r raw, f func(*http.Request)) raw { return with(r, func(r *raw) { r.after = f }) }

func drop(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Del(name) }
}

func set(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func replace(name, old, new string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, strings.Replace(r.Header.Get(name), old, new, 1)) }
}

var who = form("sts", "Action=GetCallerIdentity"+stsVersion)

func nested(open, close string, n int) string {
	return strings.Repeat(open, n) + strings.Repeat(close, n)
}

// badInput is what every estate must refuse, with AWS's status and code, whoever sends it.
// Codes: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html,
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html
var badInput = []struct {
	name   string
	r      raw
	status int
	code   string
}{
	// Who: signatures.
	{"query unsigned", raw{body: "Action=GetCallerIdentity" + stsVersion, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, 403, "MissingAuthenticationToken"},
	{"json unsigned", with(jsonCall("DescribeLogGroups", "{}"), func(r *raw) { r.service = "" }), 400, "MissingAuthenticationTokenException"},
	{"query unknown key", with(who, func(r *raw) { r.key = "AKIAIOSFODNN7EXAMPLE" }), 403, "InvalidClientTokenId"},
	{"json unknown key", with(jsonCall("DescribeLogGroups", "{}"), func(r *raw) { r.key = "AKIAIOSFODNN7EXAMPLE" }), 400, "UnrecognizedClientException"},
	{"s3 unknown key", with(object("GET", "/", ""), func(r *raw) { r.key = "AKIAIOSFODNN7EXAMPLE" }), 403, "InvalidAccessKeyId"},
	{"query wrong secret", with(who, func(r *raw) { r.secret = "tset" }), 403, "SignatureDoesNotMatch"},
	{"json wrong secret", with(jsonCall("DescribeLogGroups", "{}"), func(r *raw) { r.secret = "tset" }), 400, "InvalidSignatureException"},
	{"s3 wrong secret", with(object("GET", "/", ""), func(r *raw) { r.secret = "tset" }), 403, "SignatureDoesNotMatch"},
	{"body changed after signing", spoil(who, func(r *http.Request) { setBody(r, "Action=GetSessionToken"+stsVersion) }), 403, "SignatureDoesNotMatch"},
	{"header changed after signing", spoil(jsonCall("DescribeLogGroups", "{}"), set("X-Amz-Target", "Logs_20140328.DeleteLogGroup")), 400, "InvalidSignatureException"},
	{"query changed after signing", spoil(object("GET", "/?prefix=a", ""), func(r *http.Request) { r.URL.RawQuery = "prefix=b" }), 403, "SignatureDoesNotMatch"},
	{"path changed after signing", spoil(object("GET", "/a", ""), func(r *http.Request) { r.URL.Path = "/b" }), 403, "SignatureDoesNotMatch"},
	{"host changed after signing", spoil(who, func(r *http.Request) { r.Host = "127.0.0.2" }), 403, "SignatureDoesNotMatch"},
	{"another service's signature", with(who, func(r *raw) { r.service = "iam" }), 400, "InvalidAction"},
	{"json with another service's signature", with(jsonCall("DescribeLogGroups", "{}"), func(r *raw) { r.service = "kinesis" }), 400, "InvalidSignatureException"},
	{"signature for a region that is none", with(who, func(r *raw) { r.region = "eu-mars-1" }), 403, "SignatureDoesNotMatch"},
	{"s3 signature for a region that is none", with(object("GET", "/", ""), func(r *raw) { r.region = "eu-mars-1" }), 400, "AuthorizationHeaderMalformed"},
	{"query signed an hour ago", with(who, func(r *raw) { r.at = -time.Hour }), 403, "SignatureDoesNotMatch"},
	{"query signed in an hour", with(who, func(r *raw) { r.at = time.Hour }), 403, "SignatureDoesNotMatch"},
	{"json signed an hour ago", with(jsonCall("DescribeLogGroups", "{}"), func(r *raw) { r.at = -time.Hour }), 400, "InvalidSignatureException"},
	{"s3 signed an hour ago", with(object("GET", "/", ""), func(r *raw) { r.at = -time.Hour }), 403, "RequestTimeTooSkewed"},
	{"authorization of another scheme", spoil(who, set("Authorization", "Bearer x")), 400, "IncompleteSignature"},
	{"s3 authorization of another scheme", spoil(object("GET", "/", ""), set("Authorization", "Bearer x")), 400, "InvalidArgument"},
	{"authorization without signature", spoil(who, replace("Authorization", "Signature=", "Sig=")), 400, "IncompleteSignature"},
	{"authorization without signed headers", spoil(who, replace("Authorization", "SignedHeaders=", "Headers=")), 400, "IncompleteSignature"},
	{"authorization without credential", spoil(who, replace("Authorization", "Credential=", "Cred=")), 400, "IncompleteSignature"},
	{"no date", spoil(who, drop("X-Amz-Date")), 400, "IncompleteSignature"},
	{"date that is none", spoil(who, set("X-Amz-Date", "yesterday")), 400, "IncompleteSignature"},
	{"date of another day than the scope", spoil(who, set("X-Amz-Date", "20200101T000000Z")), 400, "IncompleteSignature"},
	{"scope of four parts", spoil(who, replace("Authorization", "/aws4_request", "")), 400, "IncompleteSignature"},
	{"scope with another ending", spoil(who, replace("Authorization", "/aws4_request", "/aws5_request")), 400, "IncompleteSignature"},
	{"host not signed", spoil(who, replace("Authorization", ";host", "")), 403, "SignatureDoesNotMatch"},
	{"empty authorization", spoil(who, set("Authorization", "AWS4-HMAC-SHA256 ")), 400, "IncompleteSignature"},
	{"session token without session", header(who, "X-Amz-Security-Token", "x"), 403, "InvalidClientTokenId"},
	{"account that does not exist", with(who, func(r *raw) { r.key = "123456789012" }), 403, "InvalidClientTokenId"},
	{"presigned without parts", raw{method: "GET", path: "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x"}, 400, "AuthorizationQueryParametersError"},
	{"presigned for too long", raw{method: "GET", path: "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test/20260101/eu-central-1/s3/aws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=604801&X-Amz-SignedHeaders=host&X-Amz-Signature=00"}, 400, "AuthorizationQueryParametersError"},
	{"presigned long ago", raw{method: "GET", path: "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test/20200101/eu-central-1/s3/aws4_request&X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00"}, 403, "AccessDenied"},
	{"presigned with another algorithm", raw{method: "GET", path: "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA1&X-Amz-Credential=x&X-Amz-Signature=0"}, 400, "AuthorizationQueryParametersError"},

	// What: routing.
	{"target of no service", header(jsonCall("X", "{}"), "X-Amz-Target", "Nothing_20140328.X"), 400, "UnknownOperationException"},
	{"target without dot", header(jsonCall("X", "{}"), "X-Amz-Target", "DescribeLogGroups"), 400, "UnknownOperationException"},
	{"operation that does not exist", jsonCall("MakeCoffee", "{}"), 400, "UnknownOperationException"},
	{"query without action", form("sts", "Version=2011-06-15"), 400, "MissingAction"},
	{"query with unknown action", form("sts", "Action=MakeCoffee"+stsVersion), 400, "InvalidAction"},
	{"query with another version", form("sts", "Action=GetCallerIdentity&Version=1999-01-01"), 400, "InvalidAction"},
	{"query with an empty body", form("sts", ""), 400, "MissingAction"},
	{"query string with a broken escape", raw{method: "GET", path: "/?Action=%zz"}, 404, "MalformedQueryString"},
	{"body with a broken escape", form("sts", "Action=%zz"), 404, "MalformedQueryString"},
	{"cbor path without operation", raw{service: "monitoring", path: "/service/X", header: map[string]string{"Smithy-Protocol": "rpc-v2-cbor"}}, 404, "UnknownOperationException"},
	{"cbor to a service that has no cbor", raw{service: "logs", path: "/service/Logs_20140328/operation/DescribeLogGroups", header: map[string]string{"Smithy-Protocol": "rpc-v2-cbor"}}, 404, "UnknownOperationException"},
	{"cbor by GET", raw{method: "GET", service: "monitoring", path: "/service/GraniteServiceVersion20100801/operation/ListMetrics", header: map[string]string{"Smithy-Protocol": "rpc-v2-cbor"}}, 404, "UnknownOperationException"},
	{"s3 method that is none", object("BREW", "/b", ""), 405, "MethodNotAllowed"},
	{"rest path that does not exist", raw{method: "GET", service: "lambda", path: "/1999-01-01/nothing"}, 404, "UnknownOperationException"},
	{"uri of 20 KB", raw{method: "GET", service: "s3", path: "/" + strings.Repeat("a", 20<<10)}, 414, "RequestUriTooLong"},
	{"service nobody knows", raw{method: "GET", service: "toaster"}, 404, "UnknownOperationException"},

	// How: bodies that cannot be read.
	{"json that is none", jsonCall("CreateLogGroup", "nonsense"), 400, "SerializationException"},
	{"json cut off", jsonCall("CreateLogGroup", `{"logGroupName":"a`), 400, "SerializationException"},
	{"json with text behind", jsonCall("CreateLogGroup", `{"logGroupName":"a"} x`), 400, "SerializationException"},
	{"json list in place of a structure", jsonCall("CreateLogGroup", `[]`), 400, "SerializationException"},
	{"json number in place of a string", jsonCall("CreateLogGroup", `{"logGroupName":7}`), 400, "SerializationException"},
	{"json structure in place of a string", jsonCall("CreateLogGroup", `{"logGroupName":{}}`), 400, "SerializationException"},
	{"json string in place of a list", jsonCall("PutLogEvents", `{"logGroupName":"a","logStreamName":"b","logEvents":"c"}`), 400, "SerializationException"},
	{"json string in place of a number", jsonCall("PutLogEvents", `{"logGroupName":"a","logStreamName":"b","logEvents":[{"timestamp":"x","message":"m"}]}`), 400, "SerializationException"},
	{"json string in place of a map", jsonCall("CreateLogGroup", `{"logGroupName":"a","tags":"b"}`), 400, "SerializationException"},
	{"json string in place of a boolean", jsonCall("GetLogEvents", `{"logGroupName":"a","logStreamName":"b","startFromHead":"yes"}`), 400, "SerializationException"},
	{"json with bad utf-8", jsonCall("CreateLogGroup", "{\"logGroupName\":\"\xff\xfe\"}"), 400, "SerializationException"},
	{"json with a bad escape", jsonCall("CreateLogGroup", `{"logGroupName":"\x"}`), 400, "SerializationException"},
	{"json with a bare control character", jsonCall("CreateLogGroup", "{\"logGroupName\":\"a\nb\"}"), 400, "SerializationException"},
	{"json nested a million deep", jsonCall("CreateLogGroup", `{"x":`+nested("[", "]", 1<<20)+`}`), 400, "SerializationException"},
	{"json nested structures", jsonCall("CreateLogGroup", nested(`{"tags":`, "}", 1<<16)), 400, "SerializationException"},
	{"json number too large", jsonCall("PutRetentionPolicy", `{"logGroupName":"a","retentionInDays":99999999999999999999}`), 400, "SerializationException"},
	{"json fraction in place of an integer", jsonCall("PutRetentionPolicy", `{"logGroupName":"a","retentionInDays":1.5}`), 400, "SerializationException"},
	{"cbor that is none", raw{service: "monitoring", path: "/service/GraniteServiceVersion20100801/operation/PutMetricData", body: "\xff\xff", header: map[string]string{"Smithy-Protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}}, 400, "SerializationException"},
	{"cloudwatch by query, as old clients ask", form("monitoring", "Action=DescribeAlarms&Version=2010-08-01"), 501, "NotImplemented"},
	{"cloudwatch by json", raw{service: "monitoring", body: "{}", header: map[string]string{"X-Amz-Target": "GraniteServiceVersion20100801.DescribeAlarms", "Content-Type": "application/x-amz-json-1.0"}}, 501, "NotImplemented"},
	{"query list with a gap number", form("iam", "Action=CreateUser&UserName=a&Tags.member.999999999.Key=x"+iamVersion), 400, "ValidationError"},
	{"query number that is none", form("iam", "Action=ListUsers&MaxItems=many"+iamVersion), 400, "MalformedInput"},
	{"query date that is none", form("sts", "Action=AssumeRole&RoleArn=arn:aws:iam::000000000000:role/role&RoleSessionName=session&DurationSeconds=1e9"+stsVersion), 400, "MalformedInput"},
	{"query with 100,000 parameters", form("sts", "Action=GetCallerIdentity"+stsVersion+strings.Repeat("&a=b", 100_000)), 404, "MalformedQueryString"},
	{"body of 20 MB", jsonCall("CreateLogGroup", `{"logGroupName":"`+strings.Repeat("a", 20<<20)+`"}`), 413, "RequestEntityTooLarge"},

	// Which: constraints of the model, in the service's code.
	{"missing required member", form("iam", "Action=CreateUser"+iamVersion), 400, "ValidationError"},
	{"name too long", form("iam", "Action=CreateUser&UserName="+strings.Repeat("a", 65)+iamVersion), 400, "ValidationError"},
	{"name with a space", form("iam", "Action=CreateUser&UserName=a+b"+iamVersion), 400, "ValidationError"},
	{"empty name", form("iam", "Action=CreateUser&UserName="+iamVersion), 400, "ValidationError"},
	{"path without slashes", form("iam", "Action=CreateUser&UserName=a&Path=x"+iamVersion), 400, "ValidationError"},
	{"value outside an enum", form("iam", "Action=UpdateAccessKey&AccessKeyId=AKIAIOSFODNN7EXAMPLE&Status=Broken"+iamVersion), 400, "ValidationError"},
	{"page size 0", form("iam", "Action=ListUsers&MaxItems=0"+iamVersion), 400, "ValidationError"},
	{"page size 1001", form("iam", "Action=ListUsers&MaxItems=1001"+iamVersion), 400, "ValidationError"},
	{"page token of another's making", form("iam", "Action=ListUsers&Marker=invented"+iamVersion), 400, "InvalidInput"},
	{"bad ARN of a role", form("sts", "Action=AssumeRole&RoleArn=role&RoleSessionName=session"+stsVersion), 400, "ValidationError"},
	{"session of 10 seconds", form("sts", "Action=AssumeRole&RoleArn=arn:aws:iam::000000000000:role/role&RoleSessionName=session&DurationSeconds=10"+stsVersion), 400, "ValidationError"},
	{"json missing required member", jsonCall("CreateLogGroup", `{}`), 400, "InvalidParameterException"},
	{"json null for a required member", jsonCall("CreateLogGroup", `{"logGroupName":null}`), 400, "InvalidParameterException"},
	{"json name with a bad character", jsonCall("CreateLogGroup", `{"logGroupName":"a b"}`), 400, "InvalidParameterException"},
	{"json name too long", jsonCall("CreateLogGroup", `{"logGroupName":"`+strings.Repeat("a", 513)+`"}`), 400, "InvalidParameterException"},
	{"firehose without records", raw{service: "firehose", body: `{"DeliveryStreamName":"s","Records":[]}`, header: map[string]string{"X-Amz-Target": "Firehose_20150804.PutRecordBatch", "Content-Type": "application/x-amz-json-1.1"}}, 400, "ValidationException"},
	{"firehose with bad base64", raw{service: "firehose", body: `{"DeliveryStreamName":"s","Record":{"Data":"*"}}`, header: map[string]string{"X-Amz-Target": "Firehose_20150804.PutRecord", "Content-Type": "application/x-amz-json-1.1"}}, 400, "SerializationException"},
	{"firehose stream that does not exist", raw{service: "firehose", body: `{"DeliveryStreamName":"s","Record":{"Data":"eA=="}}`, header: map[string]string{"X-Amz-Target": "Firehose_20150804.PutRecord", "Content-Type": "application/x-amz-json-1.1"}}, 400, "ResourceNotFoundException"},

	// Meaning: what AWS refuses although it can be read.
	{"policy that is no JSON", form("iam", "Action=CreatePolicy&PolicyName=p&PolicyDocument=x"+iamVersion), 400, "MalformedPolicyDocument"},
	{"policy with an unknown element", form("iam", "Action=CreatePolicy&PolicyName=p&PolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statements%22%3A%5B%5D%7D"+iamVersion), 400, "MalformedPolicyDocument"},
	{"user that does not exist", form("iam", "Action=GetUser&UserName=nobody"+iamVersion), 404, "NoSuchEntity"},
	{"role that does not exist", form("iam", "Action=DeleteRole&RoleName=nobody"+iamVersion), 404, "NoSuchEntity"},
	{"policy ARN that does not exist", form("iam", "Action=GetPolicy&PolicyArn=arn:aws:iam::000000000000:policy/none"+iamVersion), 404, "NoSuchEntity"},
	{"message that nobody encoded", form("sts", "Action=DecodeAuthorizationMessage&EncodedMessage=abc"+stsVersion), 400, "InvalidAuthorizationMessageException"},

	// S3: addresses, headers, documents.
	{"s3 without payload hash", spoil(object("GET", "/", ""), drop("X-Amz-Content-Sha256")), 400, "MissingSecurityHeader"},
	{"s3 payload hash that is none", with(object("PUT", "/b/k", "x"), func(r *raw) { r.payload = "nonsense" }), 400, "InvalidArgument"},
	{"s3 anonymous", raw{method: "GET", path: "/"}, 403, "AccessDenied"},
	{"s3 bucket that does not exist", object("GET", "/there-is-none", ""), 404, "NoSuchBucket"},
	{"s3 object in a bucket that does not exist", object("GET", "/there-is-none/k", ""), 404, "NoSuchBucket"},
	{"s3 bucket name with capitals", object("PUT", "/Capitals", ""), 400, "InvalidBucketName"},
	{"s3 bucket name of two letters", object("PUT", "/ab", ""), 400, "InvalidBucketName"},
	{"s3 bucket name like an address", object("PUT", "/192.168.5.4", ""), 400, "InvalidBucketName"},
	{"s3 xml that is none", object("PUT", "/new-bucket", "nonsense"), 400, "MalformedXML"},
	{"s3 xml cut off", object("PUT", "/new-bucket", "<CreateBucketConfiguration><LocationConstraint>"), 400, "MalformedXML"},
	{"s3 xml bomb", object("PUT", "/new-bucket", `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><CreateBucketConfiguration><LocationConstraint>&b;</LocationConstraint></CreateBucketConfiguration>`), 400, "MalformedXML"},
	{"s3 xml nested deep", object("PUT", "/new-bucket", nested("<a>", "</a>", 100_000)), 400, "MalformedXML"},
	{"s3 location that is no region", object("PUT", "/new-bucket", "<CreateBucketConfiguration><LocationConstraint>eu-mars-1</LocationConstraint></CreateBucketConfiguration>"), 400, "InvalidLocationConstraint"},
	{"s3 delete without digest", object("POST", "/existing?delete", "<Delete><Object><Key>a</Key></Object></Delete>"), 400, "InvalidRequest"},
	{"s3 wrong content-md5", header(object("POST", "/existing?delete", "<Delete><Object><Key>a</Key></Object></Delete>"), "Content-Md5", "XrY7u+Ae7tCTyyK7j1rNww=="), 400, "BadDigest"},
	{"s3 content-md5 that is none", header(object("POST", "/existing?delete", "<Delete><Object><Key>a</Key></Object></Delete>"), "Content-Md5", "x"), 400, "InvalidDigest"},
	{"s3 wrong checksum", header(object("PUT", "/existing/k", "x"), "X-Amz-Checksum-Crc32", "AAAAAA=="), 400, "BadDigest"},
	{"s3 body that is not the one signed", with(object("PUT", "/existing/k", "x"), func(r *raw) { r.payload = strings.Repeat("0", 64) }), 400, "XAmzContentSHA256Mismatch"},
	{"s3 chunk cut off", header(with(object("PUT", "/existing/k", "5\r\nhel"), func(r *raw) { r.payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER" }), "X-Amz-Decoded-Content-Length", "5"), 400, "IncompleteBody"},
	{"s3 chunk of no length", header(with(object("PUT", "/existing/k", "xyz\r\nhello"), func(r *raw) { r.payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER" }), "X-Amz-Decoded-Content-Length", "5"), 400, "IncompleteBody"},
	{"s3 chunk with a forged signature", header(with(object("PUT", "/existing/k", "5;chunk-signature="+strings.Repeat("0", 64)+"\r\nhello\r\n0;chunk-signature="+strings.Repeat("0", 64)+"\r\n\r\n"), func(r *raw) { r.payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" }), "X-Amz-Decoded-Content-Length", "5"), 403, "SignatureDoesNotMatch"},
	{"s3 part number 0", object("PUT", "/existing/k?partNumber=0&uploadId=x", "x"), 400, "InvalidArgument"},
	{"s3 upload that does not exist", object("PUT", "/existing/k?partNumber=1&uploadId=x", "x"), 404, "NoSuchUpload"},
	{"s3 max-keys that is no number", object("GET", "/existing?list-type=2&max-keys=many", ""), 400, "InvalidArgument"},
	{"s3 continuation token of another's making", object("GET", "/existing?list-type=2&continuation-token=invented", ""), 400, "InvalidArgument"},
	{"s3 version id that is none", object("GET", "/existing/k?versionId=none", ""), 400, "InvalidArgument"},
	{"s3 key of 1,025 bytes", object("PUT", "/existing/"+strings.Repeat("k", 1025), "x"), 400, "KeyTooLongError"},
	{"s3 metadata of 3 KB", header(object("PUT", "/existing/k", "x"), "X-Amz-Meta-A", strings.Repeat("m", 3<<10)), 400, "MetadataTooLarge"},
	{"s3 bucket policy that is none", header(object("PUT", "/existing?policy", "nonsense"), "Content-Md5", md5Of("nonsense")), 400, "MalformedPolicy"},
	{"s3 tag set with one key twice", header(object("PUT", "/existing?tagging", twice), "Content-Md5", md5Of(twice)), 400, "InvalidTag"},
	{"s3 versioning status that is none", header(object("PUT", "/existing?versioning", "<VersioningConfiguration><Status>Maybe</Status></VersioningConfiguration>"), "Content-Md5", md5Of("<VersioningConfiguration><Status>Maybe</Status></VersioningConfiguration>")), 400, "MalformedXML"},
}

const twice = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>a</Key><Value>2</Value></Tag></TagSet></Tagging>"

// maxResident bounds the server's memory at rest after all of it, in KiB.
const maxResident = 400 << 10

// TestBadInput: each is refused with AWS's status and code, no row of a service changes, memory stays bounded.
func TestBadInput(t *testing.T) {
	if len(badInput) < 100 {
		t.Fatalf("only %d cases", len(badInput))
	}
	e := serve(t, "-clock", "held", "-seed", "1")
	if a := e.send(t, object("PUT", "/existing", "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>")); a.status != 200 {
		t.Errorf("cannot make the bucket: %+v", a)
	}
	before := e.rows(t)
	for _, c := range badInput {
		got := e.send(t, c.r)
		if got.status != c.status || got.code != c.code {
			t.Errorf("%s: got %d %s %q, want %d %s", c.name, got.status, got.code, got.message, c.status, c.code)
		}
	}
	if after := e.rows(t); after != before {
		t.Errorf("rows have changed:\n%s\nwere:\n%s", after, before)
	}
	for begun := time.Now(); e.resident(t) > maxResident; time.Sleep(time.Second) { // it gives back at rest what it took
		if time.Since(begun) > time.Minute {
			t.Fatalf("the server holds %d MiB", e.resident(t)>>10)
		}
	}
	if a := e.send(t, who); a.status != 200 {
		t.Errorf("the server no longer answers: %+v", a)
	}
}

// rows prints what services know; the journal of refusals, the meter and who used what last may grow.
func (e *estate) rows(t *testing.T) string {
	var keep []string
	for line := range strings.Lines(e.cat(t, "")) {
		if !strings.HasPrefix(line, "@") && !strings.HasPrefix(line, "iam/used/") {
			keep = append(keep, line)
		}
	}
	return strings.Join(keep, "")
}

// cat prints rows as unyo doctor does.
func (e *estate) cat(t *testing.T, prefix string) string {
	t.Helper()
	out, err := exec.Command(binary, "doctor", "-endpoint", e.url, "-ca", filepath.Join(e.dir, "tls", "ca.pem"), "cat", prefix).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// resident is the server's resident memory in KiB.
func (e *estate) resident(t *testing.T) int {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(e.process.Process.Pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
