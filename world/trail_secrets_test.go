package world

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cloudtrailapi "unyo/api/cloudtrail"
	firehoseapi "unyo/api/firehose"
	iamapi "unyo/api/iam"
	organizationsapi "unyo/api/organizations"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// hush begins every secret that this test tells.
const hush = "Hush7-"

// planted sets, in an input, each member that the facts call sensitive, however deep, to a secret, and says how many.
type planted struct {
	m      *rt.Model
	number int    // of the service: 10 and up
	suffix string // of the secrets: what breaks their constraints
	n      int
}

func (p *planted) fill(v reflect.Value, secret bool, is rt.Shape, depth int) bool {
	switch v.Kind() {
	case reflect.Pointer:
		to := reflect.New(v.Type().Elem())
		if !v.IsNil() {
			to = v
		}
		if !p.fill(to.Elem(), secret, is, depth) {
			return false
		}
		v.Set(to)
		return true
	case reflect.Struct:
		if depth > 4 || v.Type() == reflect.TypeFor[time.Time]() {
			return false
		}
		any := false
		for i := range v.NumField() {
			f := v.Type().Field(i)
			_, options, _ := strings.Cut(f.Tag.Get("aws"), ",")
			any = p.fill(v.Field(i), secret || slices.Contains(strings.Split(options, ","), "sensitive"), p.m.Shape(f.Tag.Get("is")), depth+1) || any
		}
		return any
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			if secret {
				v.SetBytes([]byte(p.text(is)))
			}
			return secret
		}
		to := reflect.MakeSlice(v.Type(), 1, 1)
		if v.Len() > 0 {
			to = v
		}
		if !p.fill(to.Index(0), secret, p.m.Shape(is.Item), depth+1) {
			return false
		}
		v.Set(to)
		return true
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		if !p.fill(value, secret, p.m.Shape(is.Item), depth+1) {
			return false
		}
		key := "k"
		if secret {
			key = p.text(p.m.Shape(is.Key))
		}
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), value)
		return true
	case reflect.String:
		if secret {
			v.SetString(p.text(is))
		}
		return secret
	}
	return false
}

// text is a secret as short as its shape would have it, if it can be.
func (p *planted) text(is rt.Shape) string {
	p.n++
	text := fmt.Sprint(hush, p.number, "Abcdefgh", p.suffix)
	if is.Min != nil && len(text) < int(*is.Min) {
		text += strings.Repeat("x", int(*is.Min)-len(text))
	}
	if p.suffix != "" && is.Max != nil && *is.Max < 4096 {
		text += strings.Repeat("!", int(*is.Max))
	}
	return text
}

// Nothing that the facts call sensitive, in what is asked or answered, of any operation of any service, also where it breaks a constraint, stands in event
// history, in the files of trails, in the log group of one or in Lake; nor in the log of the house, nor in clear in any row or file of another
// service's than the one that it was told to.
func TestSecretsStayWithTheirService(t *testing.T) {
	var log bytes.Buffer
	dir := t.TempDir()
	w := openWorld(t, Options{Dir: dir, Clock: "held", Seed: 1, Management: "000000000000", Loopback: true, RootID: "test", RootSecret: "test", Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	defer closeWorld(t, w)
	a := w.account("000000000000")
	a.logged(t, "all", dataOf("AWS::S3::Object", "AWS::Kinesis::Stream", "AWS::Lambda::Function"))
	trail := cloudtrailapi.Client{Invoker: w.Gateway}
	lake := *done[*cloudtrailapi.CreateEventDataStoreOutput](t)(trail.CreateEventDataStore(a.ctx(), &cloudtrailapi.CreateEventDataStoreInput{Name: new("lake"), TerminationProtectionEnabled: new(false)})).EventDataStoreArn
	told := map[string]string{} // secrets that the house has told, and who
	a.confide(t, told)
	n, refused := 0, 0
	for _, suffix := range []string{"", "\u00e9 \""} {
		for number, table := range w.Gateway.Tables() {
			for _, op := range inOrder(table.Model) {
				if op.Name == "DeleteEventDataStore" || op.Name == "StopLogging" || op.Name == "DeleteTrail" {
					continue
				}
				x, p := ask(table.Model, op), &planted{m: table.Model, number: 10 + number, suffix: suffix}
				p.fill(x.in, false, rt.Shape{}, 0)
				if n += p.n; p.n == 0 && suffix != "" {
					continue
				}
				if out, err := w.Gateway.Invoke(a.ctx(), table.Model, op, x.in.Addr().Interface()); err == nil {
					tell(told, table.Model.Service, reflect.ValueOf(out), false)
				}
				rec := httptest.NewRecorder()
				w.Handler().ServeHTTP(rec, x.request("test", "test"))
				if rec.Code == 400 && p.n > 0 {
					refused++
				}
			}
		}
	}
	if n < 1000 || refused < 20 || len(told) < 8 {
		t.Fatalf("%d secrets, %d refused, %d told", n, refused, len(told))
	}
	t.Logf("%d secrets, %d refused, %d told", n, refused, len(told))
	w.advance(t, time.Hour)

	is := func(place, service string, text []byte) {
		t.Helper()
		for secret, whose := range told {
			if whose != service && bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s tells a secret of %s: %.60q", place, whose, secret)
			}
		}
		if at := bytes.Index(text, []byte(hush)); at >= 0 {
			t.Errorf("%s tells a secret: %q", place, text[max(0, at-200):min(len(text), at+60)])
		}
	}
	for _, region := range []string{"eu-central-1", "us-east-1"} {
		is("event history", "", done[[]byte](t)(json.Marshal(a.looked(t, region, "", ""))))
	}
	is("a trail's files", "", done[[]byte](t)(json.Marshal(a.delivered(t, "files-of-all", ""))))
	is("Lake", "", []byte(strings.Join(w.lake(t, a, lake), "\n")))
	is("the log", "", log.Bytes())
	w.searchRows(t, told)
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path, filepath.Join(dir, "state", "store")) { // the rows, which have been searched
			return err
		}
		is(path[len(dir):], "", done[[]byte](t)(os.ReadFile(path)))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// openly are the rows in which their own service keeps what the facts call sensitive: names and addresses, and nothing that lets anybody in.
var openly = []string{"organizations/creation", "organizations/account"}

// searchRows fails where a row holds a secret of another service's, or a service keeps one in clear.
func (w *World) searchRows(t *testing.T, told map[string]string) {
	tables := w.Gateway.Tables()
	if err := w.Kernel.Store.Cat(context.Background(), "", func(r store.Raw) bool {
		found := func(whose string) {
			if r.Service != whose || !slices.Contains(openly, r.Service+"/"+r.Table) {
				t.Errorf("%s holds a secret of %s: %s", r.Path(), whose, r.Bytes)
			}
		}
		for secret, whose := range told {
			if bytes.Contains(r.Bytes, []byte(secret)) {
				found(whose)
			}
		}
		for rest := string(r.Bytes) + r.Key; ; {
			_, after, ok := strings.Cut(rest, hush)
			if !ok {
				return true
			}
			found(tables[done[int](t)(strconv.Atoi(after[:2]))-10].Model.Service)
			rest = after
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// confide tells services secrets that they take, each in its own name.
func (a *account) confide(t *testing.T, told map[string]string) {
	secret := func(service string) string {
		return fmt.Sprint(hush, 10+slices.IndexFunc(a.w.Gateway.Tables(), func(x *rt.Table) bool { return x.Model.Service == service }), "Abcdefgh")
	}
	o := organizationsapi.Client{Invoker: a.w.Gateway}
	done[*organizationsapi.CreateOrganizationOutput](t)(o.CreateOrganization(a.ctx(), &organizationsapi.CreateOrganizationInput{}))
	done[*organizationsapi.CreateAccountOutput](t)(o.CreateAccount(a.ctx(), &organizationsapi.CreateAccountInput{AccountName: new(secret("organizations")), Email: new(secret("organizations") + "@example.com")}))
	done[*iamapi.CreateUserOutput](t)(a.iam.CreateUser(a.ctx(), &iamapi.CreateUserInput{UserName: new("sample-name")}))
	done[*iamapi.CreateLoginProfileOutput](t)(a.iam.CreateLoginProfile(a.ctx(), &iamapi.CreateLoginProfileInput{UserName: new("sample-name"), Password: new(secret("iam"))}))
	for range 2 {
		key := done[*iamapi.CreateAccessKeyOutput](t)(a.iam.CreateAccessKey(a.ctx(), &iamapi.CreateAccessKeyInput{UserName: new("sample-name")}))
		tell(told, "iam", reflect.ValueOf(key), false)
	}
	tell(told, "iam", reflect.ValueOf(done[*iamapi.CreateServiceSpecificCredentialOutput](t)(a.iam.CreateServiceSpecificCredential(a.ctx(), &iamapi.CreateServiceSpecificCredentialInput{UserName: new("sample-name"), ServiceName: new("codecommit.amazonaws.com")}))), false)
	done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("hose"), AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}}`)}))
	role := new("arn:aws:iam::" + a.id + ":role/hose")
	done[*firehoseapi.CreateDeliveryStreamOutput](t)(a.hose.CreateDeliveryStream(a.ctx(), &firehoseapi.CreateDeliveryStreamInput{DeliveryStreamName: new("out"), DeliveryStreamType: new(firehoseapi.DeliveryStreamTypeDirectPut),
		HttpEndpointDestinationConfiguration: &firehoseapi.HttpEndpointDestinationConfiguration{RoleARN: role, S3Configuration: &firehoseapi.S3DestinationConfiguration{RoleARN: role, BucketARN: new("arn:aws:s3:::files-of-all")},
			EndpointConfiguration: &firehoseapi.HttpEndpointConfiguration{Url: new("https://127.0.0.1:1/"), AccessKey: new(secret("firehose"))}}}))
}

// tell collects the sensitive members of an output.
func tell(told map[string]string, service string, v reflect.Value, secret bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			tell(told, service, v.Elem(), secret)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			_, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("aws"), ",")
			if v.Type().Field(i).IsExported() {
				tell(told, service, v.Field(i), secret || slices.Contains(strings.Split(options, ","), "sensitive"))
			}
		}
	case reflect.Slice:
		if b, ok := v.Interface().([]byte); ok {
			if secret && len(b) >= 12 {
				told[string(b)] = service
			}
			return
		}
		for i := range v.Len() {
			tell(told, service, v.Index(i), secret)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			tell(told, service, k, secret)
			tell(told, service, v.MapIndex(k), secret)
		}
	case reflect.String:
		if s := v.String(); secret && len(s) >= 12 {
			told[s] = service
		}
	}
}

// lake is all that an event data store holds.
func (w *World) lake(t *testing.T, a *account, arn string) (rows []string) {
	trail := cloudtrailapi.Client{Invoker: w.Gateway}
	id := done[*cloudtrailapi.StartQueryOutput](t)(trail.StartQuery(a.ctx(), &cloudtrailapi.StartQueryInput{QueryStatement: new("SELECT * FROM " + arn[len(arn)-36:])})).QueryId
	w.advance(t, time.Minute)
	in := &cloudtrailapi.GetQueryResultsInput{QueryId: id}
	for {
		out := done[*cloudtrailapi.GetQueryResultsOutput](t)(trail.GetQueryResults(a.ctx(), in))
		if *out.QueryStatus != cloudtrailapi.QueryStatusFinished {
			t.Fatalf("%s", *out.QueryStatus)
		}
		for _, r := range out.QueryResultRows {
			rows = append(rows, string(done[[]byte](t)(json.Marshal(r))))
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return rows
		}
	}
}
