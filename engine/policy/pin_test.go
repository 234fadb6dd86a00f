package policy

import (
	"strings"
	"testing"

	"unyo/base/call"
)

// TestPins: a document goes on naming who it named, and nobody who takes the name later.
func TestPins(t *testing.T) {
	const ann = "arn:aws:iam::111111111111:user/ann"
	text := `{"Statement":[{"Effect":"Allow","Principal":{"AWS":["` + ann + `","111111111111"]},"Action":"s3:Get*","Resource":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"` + ann + `"}}},{"Effect":"Deny","NotPrincipal":{"AWS":"` + ann + `"},"Action":"s3:Put*","Resource":"*"}]}`
	ids := map[string]string{ann: "AIDAFIRSTFIRSTFIRST12"}
	id := func(a string) (string, bool) { v, ok := ids[a]; return v, ok }
	d, err := Parse(Resource, "p", text)
	if err != nil {
		t.Fatal(err)
	}
	pins, missing := d.Pin(id)
	if missing != "" || len(pins) != 1 || pins.Apply(text, id) != text {
		t.Fatalf("%v, %s is missing", pins, missing)
	}
	names := func() Grant {
		d, err := Parse(Resource, "p", pins.Apply(text, id))
		if err != nil {
			t.Fatal(err)
		}
		return d.statements[0].principals[0].names(&call.Principal{Kind: call.IAMUser, Account: "111111111111", ARN: ann, ID: ids[ann]})
	}
	if names() != grantSelf {
		t.Error("the one who was named is not")
	}
	ids[ann] = "AIDASECONDSECONDSEC34"
	if now := pins.Apply(text, id); names() != noGrant || strings.Count(now, pins[ann]) != 2 || !strings.Contains(now, `"aws:PrincipalArn":"`+ann) {
		t.Errorf("who has taken the name is named: %s", now)
	}
	delete(ids, ann)
	if _, missing := d.Pin(id); missing != ann {
		t.Errorf("%q is missing", missing)
	}
}
