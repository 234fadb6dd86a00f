package wire

import (
	"errors"
	"strings"
	"testing"
)

var errUnknownOperation = errors.New("the model has no such operation")

// known are snapshots that cannot pass, and why: «request s3 ListParts».
var known = map[string]string{
	"error glue InternalServerException": "botocore does not mark it as the server's fault, so our facts say 400; the SDK says 500",
}

// explain reports a failure unless it is known. What is known and passes is reported too.
func explain(t *testing.T, kind, module, name string, err error) {
	t.Helper()
	if why, ok := known[kind+" "+module+" "+name]; ok {
		t.Logf("%s %s %s: %s", kind, module, name, why)
		return
	}
	t.Errorf("%s %s %s: %v", kind, module, name, err)
}

// mend replaces a value that the SDK's model allows and AWS does not: S3's part-number-marker is text to the
// SDK, a number to botocore and to S3, which answers anything else InvalidArgument.
func mend(module, operation string, m message) message {
	if module == "s3" && (operation == "ListParts" || operation == "GetObjectAttributes") {
		m.first = strings.ReplaceAll(m.first, "__PartNumberMarker__", "1")
		for _, v := range m.header {
			for i := range v {
				v[i] = strings.ReplaceAll(v[i], "__PartNumberMarker__", "1")
			}
		}
	}
	return m
}
