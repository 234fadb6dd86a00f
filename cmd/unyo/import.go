package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"unyo/wire"
)

// importer brings what AWS or others have recorded into an estate, through the AWS API, as whoever the environment's key belongs to.
type importer struct {
	door
	id, secret, token, region string
}

// importFiles imports: files of CloudTrail's, which Athena then answers questions about.
func importFiles(ctx context.Context, args []string) error {
	bucket := "imported-trail"
	var rest []string
	for i := 0; i < len(args); i++ { // openDoor knows the flags that all verbs have
		if args[i] == "-bucket" && i+1 < len(args) {
			bucket = args[i+1]
			i++
			continue
		}
		rest = append(rest, args[i])
	}
	d, words, err := openDoor("import", rest)
	if err != nil {
		return err
	}
	if len(words) != 2 || words[0] != "cloudtrail" {
		return errUsage
	}
	files, digests, err := findTrailFiles(words[1])
	if err != nil {
		return fmt.Errorf("nothing was imported, for not all below %s are files of CloudTrail's:\n%w", words[1], err)
	}
	if len(files) == 0 {
		return fmt.Errorf("no files of CloudTrail's below %s", words[1])
	}
	x := importer{d, envOr("AWS_ACCESS_KEY_ID", "test"), envOr("AWS_SECRET_ACCESS_KEY", "test"), os.Getenv("AWS_SESSION_TOKEN"), envOr("AWS_REGION", "eu-central-1")}
	if err := x.bucket(ctx, bucket); err != nil {
		return err
	}
	records := 0
	first, last := files[0].first, files[0].last
	for _, f := range files {
		content, err := os.ReadFile(f.path)
		if err != nil {
			return err
		}
		if err := x.s3(ctx, http.MethodPut, "/"+bucket+"/"+f.name, content); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		records += f.records
		if f.records > 0 && (first.IsZero() || f.first.Before(first)) {
			first = f.first
		}
		if f.last.After(last) {
			last = f.last
		}
	}
	if err := x.table(ctx, bucket); err != nil {
		return err
	}
	fmt.Printf("%d records of %s to %s, in %d files, lie in s3://%s", records, first.Format(time.RFC3339), last.Format(time.RFC3339), len(files), bucket)
	if digests > 0 {
		fmt.Printf("; %d digests stay where they are, for other keys have signed them", digests)
	}
	fmt.Printf("\nAthena answers: SELECT useridentity.arn, eventname, eventtime, sourceipaddress FROM cloudtrail.%s\n", tableName(bucket))
	return nil
}

func envOr(name, fallback string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return fallback
}

func tableName(bucket string) string { return strings.NewReplacer("-", "_", ".", "_").Replace(bucket) }

// bucket makes the bucket, unless it is the caller's already.
func (x importer) bucket(ctx context.Context, name string) error {
	body := ""
	if x.region != "us-east-1" {
		body = `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>` + x.region + `</LocationConstraint></CreateBucketConfiguration>`
	}
	err := x.s3(ctx, http.MethodPut, "/"+name, []byte(body))
	if err != nil && strings.Contains(err.Error(), "BucketAlreadyOwnedByYou") {
		return nil
	}
	return err
}

func (x importer) s3(ctx context.Context, method, path string, body []byte) error {
	target := &url.URL{Path: path}
	sum := sha256.Sum256(body)
	return x.send(ctx, method, target.EscapedPath(), "s3", body, http.Header{"X-Amz-Content-Sha256": {hex.EncodeToString(sum[:])}})
}

// table defines the files to the catalogue, as AWS's guide has it.
// https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html
func (x importer) table(ctx context.Context, bucket string) error {
	glue := func(op string, in any) error {
		body, err := json.Marshal(in)
		if err != nil {
			return err
		}
		err = x.send(ctx, http.MethodPost, "/", "glue", body, http.Header{"X-Amz-Target": {"AWSGlue." + op}, "Content-Type": {"application/x-amz-json-1.1"}})
		if err != nil && strings.Contains(err.Error(), "AlreadyExistsException") {
			return nil
		}
		return err
	}
	if err := glue("CreateDatabase", map[string]any{"DatabaseInput": map[string]any{"Name": "cloudtrail"}}); err != nil {
		return err
	}
	var columns []map[string]string
	for _, c := range trailColumns {
		name, kind, _ := strings.Cut(c, " ")
		columns = append(columns, map[string]string{"Name": name, "Type": kind})
	}
	return glue("CreateTable", map[string]any{"DatabaseName": "cloudtrail", "TableInput": map[string]any{
		"Name": tableName(bucket), "TableType": "EXTERNAL_TABLE", "Parameters": map[string]string{"EXTERNAL": "TRUE"},
		"StorageDescriptor": map[string]any{
			"Columns": columns, "Location": "s3://" + bucket + "/", "InputFormat": "com.amazon.emr.cloudtrail.CloudTrailInputFormat",
			"OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
			"SerdeInfo":    map[string]any{"SerializationLibrary": "org.apache.hive.hcatalog.data.JsonSerDe"},
		},
	}})
}

var trailColumns = []string{
	"eventversion string",
	"useridentity struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,username:string,sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>>>",
	"eventtime string", "eventsource string", "eventname string", "awsregion string", "sourceipaddress string", "useragent string", "errorcode string", "errormessage string",
	"requestparameters string", "responseelements string", "additionaleventdata string", "requestid string", "eventid string",
	"resources array<struct<arn:string,accountid:string,type:string>>",
	"eventtype string", "apiversion string", "readonly string", "recipientaccountid string", "serviceeventdetails string", "sharedeventid string", "vpcendpointid string", "eventcategory string",
}

// send signs a request and fails with what the answer says.
func (x importer) send(ctx context.Context, method, path, service string, body []byte, head http.Header) error {
	r, err := http.NewRequestWithContext(ctx, method, x.endpoint+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, values := range head {
		r.Header[name] = values
	}
	if x.token != "" {
		r.Header.Set("X-Amz-Security-Token", x.token)
	}
	wire.Sign(r, body, x.id, x.secret, x.region, service, time.Now())
	resp, err := x.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 16<<10))
	if err != nil || resp.StatusCode/100 == 2 {
		return err
	}
	return errors.New(resp.Status + ": " + string(bytes.TrimSpace(text)))
}
