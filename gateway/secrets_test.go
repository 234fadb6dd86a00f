package gateway

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"unyo/api/athena"
	"unyo/api/cloudtrail"
	"unyo/api/cloudwatch"
	"unyo/api/ec2"
	"unyo/api/events"
	"unyo/api/firehose"
	"unyo/api/glue"
	"unyo/api/iam"
	"unyo/api/kinesis"
	"unyo/api/kms"
	"unyo/api/lambda"
	"unyo/api/logs"
	"unyo/api/organizations"
	"unyo/api/rt"
	"unyo/api/s3"
	"unyo/api/sns"
	"unyo/api/sqs"
	"unyo/api/sts"
)

// facts is what the models, not the generated code, say of what is secret.
type facts struct {
	Operations map[string]struct{ Input, Output *ref }
	Shapes     map[string]struct {
		Type               string
		Sensitive          bool
		Members            map[string]ref
		Member, Key, Value *ref
	}
}

type ref struct{ Shape string }

const secret = "correct horse battery staple"

// fill sets in v, of a shape, every member that is secret by the facts, and nothing else. It tells how many there are.
func (f *facts) fill(v reflect.Value, shape string, above []string) int {
	s := f.Shapes[shape]
	if slices.Contains(above, shape) {
		return 0
	}
	above = append(above, shape)
	switch {
	case s.Sensitive:
		return plant(v)
	case v.Kind() == reflect.Pointer && s.Type == "structure":
		to := reflect.New(v.Type().Elem())
		n := f.fill(to.Elem(), shape, above[:len(above)-1])
		if n > 0 {
			v.Set(to)
		}
		return n
	case v.Kind() == reflect.Struct:
		n := 0
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("aws"), ",")
			if member, ok := s.Members[name]; ok {
				n += f.fill(v.Field(i), member.Shape, above)
			}
		}
		return n
	case v.Kind() == reflect.Slice && s.Member != nil:
		to := reflect.MakeSlice(v.Type(), 1, 1)
		n := f.fill(to.Index(0), s.Member.Shape, above)
		if n > 0 {
			v.Set(to)
		}
		return n
	case v.Kind() == reflect.Map && s.Value != nil:
		key, value := reflect.ValueOf("k").Convert(v.Type().Key()), reflect.New(v.Type().Elem()).Elem()
		n := f.fill(value, s.Value.Shape, above)
		if f.Shapes[s.Key.Shape].Sensitive {
			key, n = reflect.ValueOf(secret), n+1
		}
		if n > 0 {
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(key, value)
		}
		return n
	}
	return 0
}

// plant puts the secret in whatever v is.
func plant(v reflect.Value) int {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return plant(v.Elem())
	case reflect.String:
		v.SetString(secret)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(secret))
			return 1
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		return plant(v.Index(0))
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		plant(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(secret), value)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Pointer && f.Type().Elem().Kind() == reflect.String {
				plant(f)
			}
		}
	case reflect.Interface, reflect.Func:
	default:
		v.SetZero()
	}
	return 1
}

// No member that the facts call sensitive, of any operation of any service, however deep, is ever shown in the journal.
func TestSecretsAreHidden(t *testing.T) {
	total := 0
	for _, m := range []*rt.Model{
		athena.Model, cloudtrail.Model, cloudwatch.Model, ec2.Model, events.Model, firehose.Model, glue.Model, iam.Model, kinesis.Model,
		kms.Model, lambda.Model, logs.Model, organizations.Model, s3.Model, sns.Model, sqs.Model, sts.Model,
	} {
		text, err := os.ReadFile(filepath.Join("..", "models", "shapes", m.Service+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var f facts
		if err := json.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
		for i := range m.Operations {
			op := &m.Operations[i]
			for _, side := range []struct {
				typ   reflect.Type
				shape *ref
			}{{reflect.TypeOf(op.In).Elem(), f.Operations[op.Name].Input}, {reflect.TypeOf(op.Out).Elem(), f.Operations[op.Name].Output}} {
				if side.shape == nil {
					continue
				}
				v := reflect.New(side.typ)
				n := f.fill(v.Elem(), side.shape.Shape, nil)
				total += n
				for _, shown := range []json.RawMessage{parameters(v.Interface(), "x"), address(v.Interface())} {
					if strings.Contains(string(shown), secret) || strings.Contains(string(shown), `"omitted"`) {
						t.Errorf("%s:%s %s shows a secret: %s", m.Service, op.Name, side.shape.Shape, shown)
					}
				}
				if n > 0 && !strings.Contains(string(parameters(v.Interface(), "x")), hidden) && !strings.Contains(string(parameters(v.Interface(), "x")), "bytes)") {
					t.Errorf("%s:%s %s does not say that something is hidden: %s", m.Service, op.Name, side.shape.Shape, parameters(v.Interface(), "x"))
				}
			}
		}
	}
	if total < 500 {
		t.Errorf("only %d secrets were looked for", total)
	}
	t.Logf("%d secrets", total)
}
