package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestHostile: what is written to take long is refused or decided in bounded time.
func TestHostile(t *testing.T) {
	wrap := func(statement string) string {
		return `{"Version":"2012-10-17","Statement":` + statement + `}`
	}
	list := func(n int, format string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = fmt.Sprintf(format, i)
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	stars := strings.Repeat("*a", 1000) + "b"
	long := strings.Repeat("a", 20_000)
	p := caller([]string{"user", "ann", here})
	for name, c := range map[string]struct {
		text   string
		reads  bool
		action string
	}{
		"a thousand stars in a resource":     {wrap(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::` + stars + `"}`), true, "s3:GetObject"},
		"a thousand stars in an action":      {wrap(`{"Effect":"Allow","Action":"s3:` + stars + `","Resource":"*"}`), true, "s3:" + long},
		"a thousand stars behind a variable": {wrap(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:username":"${aws:username}` + stars + `"}}}`), true, "s3:GetObject"},
		"question marks and stars":           {wrap(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::` + strings.Repeat("*?", 1000) + `b"}`), true, "s3:GetObject"},
		"ten thousand services":              {wrap(`{"Effect":"Allow","Action":` + list(10_000, `"s%d:Get"`) + `,"Resource":"*"}`), true, "s3:GetObject"},
		"a thousand statements of services":  {wrap(list(1000, `{"Effect":"Allow","Action":["a%d:*","*"],"Resource":"arn:aws:x:::y"}`)), true, "s3:GetObject"},
		"ten thousand values":                {wrap(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:username":` + list(10_000, `"*x*%d"`) + `}}}`), true, "s3:GetObject"},
		"deep lists":                         {wrap(strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000)), false, ""},
		"deep objects":                       {strings.Repeat(`{"Statement":`, 50_000) + "1" + strings.Repeat("}", 50_000), false, ""},
		"a deep condition":                   {wrap(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"a:b":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}}}`), false, ""},
	} {
		began := time.Now()
		d, err := Parse(Identity, name, c.text)
		if (err == nil) != c.reads {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			r := &Request{Action: c.action, Resource: "arn:aws:s3:::" + long, Principal: &p, Keys: func(string) ([]string, bool) { return []string{long}, true }}
			if Evaluate(&Set{Identity: []*Document{d}}, r).Allowed {
				t.Errorf("%s: allowed", name)
			}
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("%s: took %s", name, took)
		} else {
			t.Logf("%-36s %s", name, took.Round(time.Millisecond))
		}
	}
}
