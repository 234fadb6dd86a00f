package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// toyModel is a model in botocore's form with one of everything that trimming must keep or leave out.
const toyModel = `{
"version": "2.0", "documentation": "<p>prose</p>",
"metadata": {"apiVersion": "2026-01-01", "endpointPrefix": "toy", "protocol": "rest-json", "protocols": ["rest-json"], "serviceId": "Toy", "auth": ["sigv4"], "signatureVersion": "v4"},
"operations": {
"PutToy": {"name": "PutToy", "http": {"method": "PUT", "requestUri": "/toys/{Name}", "responseCode": 201}, "input": {"shape": "PutToyRequest", "documentation": "prose"},
 "output": {"shape": "Toy"}, "errors": [{"shape": "ToyGone", "documentation": "prose"}], "documentation": "<p>prose</p>", "deprecated": true, "deprecatedMessage": "prose",
 "authtype": "none", "httpChecksum": {"requestAlgorithmMember": "Algorithm", "requestChecksumRequired": true}, "endpoint": {"hostPrefix": "toys."}, "unsignedPayload": true,
 "staticContextParams": {"UseControl": {"value": true}}}},
"shapes": {
"PutToyRequest": {"type": "structure", "required": ["Name"], "payload": "Body", "documentation": "prose", "members": {
 "Name": {"shape": "ToyName", "location": "uri", "locationName": "Name", "documentation": "prose", "contextParam": {"name": "Toy"}},
 "documentation": {"shape": "String", "idempotencyToken": true, "hostLabel": true},
 "Body": {"shape": "Blob", "streaming": true}, "Algorithm": {"shape": "Color", "location": "header", "locationName": "x-algorithm"}}},
"Toy": {"type": "structure", "members": {"Tags": {"shape": "Tags", "flattened": true, "xmlNamespace": {"uri": "urn:toy"}, "xmlAttribute": true, "queryName": "tag"}, "At": {"shape": "When"}, "Secrets": {"shape": "Secrets"}, "Next": {"shape": "Toy"}}},
"ToyName": {"type": "string", "min": 1, "max": 9223372036854775807, "pattern": "[a-z<>&]+", "documentation": "prose"},
"Color": {"type": "string", "enum": ["RED", "dark-blue", "*"]},
"String": {"type": "string"}, "Secret": {"type": "string", "sensitive": true}, "Blob": {"type": "blob"},
"Secrets": {"type": "list", "member": {"shape": "Secret"}},
"Tags": {"type": "map", "key": {"shape": "ToyName", "locationName": "K"}, "value": {"shape": "Color", "locationName": "V", "documentation": "prose"}},
"When": {"type": "timestamp", "timestampFormat": "iso8601"},
"ToyGone": {"type": "structure", "exception": true, "error": {"code": "Toy.Gone", "httpStatusCode": 410, "senderFault": true}, "members": {"ErrorCode": {"shape": "String"}}}
}}`

// trimmed is what must remain, in the form in which it is committed.
const trimmed = `{
"metadata": {
"apiVersion":"2026-01-01",
"endpointPrefix":"toy",
"protocol":"rest-json",
"protocols":["rest-json"],
"serviceId":"Toy",
"signatureVersion":"v4"
},
"operations": {
"PutToy":{"authtype":"none","endpoint":{"hostPrefix":"toys."},"errors":[{"shape":"ToyGone"}],"http":{"method":"PUT","requestUri":"/toys/{Name}","responseCode":201},"httpChecksum":{"requestAlgorithmMember":"Algorithm","requestChecksumRequired":true},"input":{"shape":"PutToyRequest"},"name":"PutToy","output":{"shape":"Toy"},"unsignedPayload":true}
},
"shapes": {
"Blob":{"type":"blob"},
"Color":{"enum":["RED","dark-blue","*"],"type":"string"},
"PutToyRequest":{"members":{"Algorithm":{"location":"header","locationName":"x-algorithm","shape":"Color"},"Body":{"shape":"Blob","streaming":true},"Name":{"location":"uri","locationName":"Name","shape":"ToyName"},"documentation":{"hostLabel":true,"idempotencyToken":true,"shape":"String"}},"payload":"Body","required":["Name"],"type":"structure"},
"Secret":{"sensitive":true,"type":"string"},
"Secrets":{"member":{"shape":"Secret"},"type":"list"},
"String":{"type":"string"},
"Tags":{"key":{"locationName":"K","shape":"ToyName"},"type":"map","value":{"locationName":"V","shape":"Color"}},
"Toy":{"members":{"At":{"shape":"When"},"Next":{"shape":"Toy"},"Secrets":{"shape":"Secrets"},"Tags":{"flattened":true,"queryName":"tag","shape":"Tags","xmlAttribute":true,"xmlNamespace":{"uri":"urn:toy"}}},"type":"structure"},
"ToyGone":{"error":{"code":"Toy.Gone","httpStatusCode":410,"senderFault":true},"exception":true,"members":{"ErrorCode":{"shape":"String"}},"type":"structure"},
"ToyName":{"max":9223372036854775807,"min":1,"pattern":"[a-z<>&]+","type":"string"},
"When":{"timestampFormat":"iso8601","type":"timestamp"}
}
}
`

func TestTrimKeepsFactsAndDropsProse(t *testing.T) {
	doc, err := trimModel([]byte(toyModel))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "toy.json")
	if err := writeLines(path, doc, "metadata", "operations", "shapes"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != trimmed {
		t.Errorf("got\n%s\nwant\n%s", got, trimmed)
	}
	again, err := trimModel(got)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeLines(path, again, "metadata", "operations", "shapes"); err != nil {
		t.Fatal(err)
	}
	if second, _ := os.ReadFile(path); !bytes.Equal(got, second) {
		t.Error("trimming facts changes them")
	}
}

func TestTrimRefusesWhatIsNoModel(t *testing.T) {
	for _, text := range []string{"", "{", "[]", `{"metadata":{},"operations":[]}`, `{"metadata":{},"operations":{}}`} {
		if _, err := trimModel([]byte(text)); err == nil {
			t.Errorf("%q passed for a model", text)
		}
	}
}

func TestOverlay(t *testing.T) {
	m := toy(t, overlay{Shapes: object{
		"ToyName": object{"max": json.Number("63"), "pattern": nil},
		"Tags":    object{"key": object{"locationName": "Name"}},
	}})
	name, tags := m.Shapes["ToyName"], m.Shapes["Tags"]
	if *name.Min != 1 || *name.Max != 63 || name.Pattern != "" {
		t.Errorf("ToyName is %+v", name)
	}
	if tags.Key.LocationName != "Name" || tags.Key.Shape != "ToyName" || tags.Value.LocationName != "V" {
		t.Errorf("Tags has key %+v, value %+v", tags.Key, tags.Value)
	}
	if m.sum("PutToy") == toy(t, overlay{}).sum("PutToy") {
		t.Error("the sum does not see the overlay")
	}
}

// TestOverlayMeetsItsFacts: an overlay that speaks of what AWS has taken away stops gen.
func TestOverlayMeetsItsFacts(t *testing.T) {
	for part, o := range map[string]overlay{
		"the operation GetToy": {Data: []string{"GetToy"}},
		"the operation Toys":   {OutRoots: map[string]string{"Toys": "R"}},
		"the action PlayToy":   {Actions: map[string][]string{"PutToy": {"PlayToy"}}},
		"the shape Doll":       {Shapes: object{"Doll": object{"max": json.Number("1")}}},
	} {
		m := toy(t, o)
		if err := m.check(); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v", part, err)
		}
	}
	m := toy(t, overlay{Actions: map[string][]string{"PutToy": {"other:PlayToy"}}})
	if err := m.check(); err != nil {
		t.Errorf("another service's action: %v", err)
	}
}

// toy loads the toy model under o.
func toy(t *testing.T, o overlay) *model {
	t.Helper()
	doc, err := trimModel([]byte(toyModel))
	if err != nil {
		t.Fatal(err)
	}
	m := &model{service: service{Name: "toy-box", Prefix: "toy"}, overlay: o}
	if err := m.fill(doc); err != nil {
		t.Fatal(err)
	}
	return m
}
