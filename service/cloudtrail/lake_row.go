package cloudtrail

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"unyo/base/must"
	"unyo/engine/columnar"
	"unyo/engine/sql"
	"unyo/engine/vector"
	"unyo/kernel/journal"
)

// lakeColumns are the columns of an event data store, as Hive would declare them.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
var lakeColumns = []struct{ name, typ string }{
	{"eventversion", "string"},
	{"useridentity", "struct<type:string,principalid:string,arn:string,accountid:string,accesskeyid:string,username:string," +
		"sessioncontext:struct<attributes:struct<creationdate:timestamp,mfaauthenticated:string>,sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>," +
		"webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>,sourceidentity:string,ec2roledelivery:string,ec2issuedinvpc:string>," +
		"onbehalfof:struct<userid:string,identitystorearn:string>,inscopeof:struct<sourcearn:string,sourceaccount:string,issuertype:string,credentialsissuedto:string>," +
		"invokedby:string,identityprovider:string>"},
	{eventTime, "timestamp"},
	{"eventsource", "string"}, {"eventname", "string"}, {"awsregion", "string"}, {"sourceipaddress", "string"}, {"useragent", "string"},
	{"errorcode", "string"}, {"errormessage", "string"},
	{"requestparameters", "map<string,string>"}, {"responseelements", "map<string,string>"}, {"additionaleventdata", "map<string,string>"},
	{"requestid", "string"}, {"eventid", "string"}, {"readonly", "boolean"},
	{"resources", "array<struct<accountid:string,type:string,arn:string,arnprefix:string>>"},
	{"eventtype", "string"}, {"apiversion", "string"}, {"managementevent", "boolean"}, {"recipientaccountid", "string"}, {"sharedeventid", "string"},
	{"annotation", "string"}, {"vpcendpointid", "string"}, {"vpcendpointaccountid", "string"},
	{"serviceeventdetails", "map<string,string>"}, {"addendum", "map<string,string>"}, {"edgedevicedetails", "map<string,string>"},
	{"insightdetails", "map<string,string>"}, {"eventcategory", "string"},
	{"tlsdetails", "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>"},
	{"sessioncredentialfromconsole", "string"}, {"eventjson", "string"}, {"eventjsonchecksum", "string"},
}

const eventTime = "eventtime"

// lakeUnique are columns whose values hardly ever repeat: a dictionary of them would be larger than they are.
var lakeUnique = []string{"requestid", "eventid", "sharedeventid", "eventjson", "eventjsonchecksum", "requestparameters", "responseelements", "additionaleventdata"}

// lakeSchema is the columns as files have them, lakeTable as queries see them, and lakeParts tells for each of the latter which of the
// former it is made of. A file keeps the members of a struct as columns of their own, which are read much faster than a struct is put
// together, and instants as microseconds, for files tell the bounds of numbers only; a vector of the one is a vector of the other.
var lakeSchema, lakeTable, lakeParts = func() (file columnar.Schema, table []sql.Column, parts []part) {
	for _, c := range lakeColumns {
		kept := c.typ
		if c.name == eventTime {
			kept = "bigint"
		}
		f, err := columnar.ParseType(kept)
		must.Hold(err == nil, "the column %s: %v", c.name, err)
		t, err := sql.TypeOfHive(c.typ)
		must.Hold(err == nil, "the column %s: %v", c.name, err)
		p := part{typ: f, from: len(file)}
		file = flattened(file, c.name, f)
		p.to = len(file)
		table, parts = append(table, sql.Column{Name: c.name, Type: t}), append(parts, p)
	}
	return file, table, parts
}()

// lakeAbsent are columns, and members of structs, that no record has here: files leave them out.
var lakeAbsent = []string{
	"useridentity.sessioncontext.webidfederationdata.attributes", "useridentity.sessioncontext.ec2roledelivery", "useridentity.sessioncontext.ec2issuedinvpc",
	"useridentity.onbehalfof.", "useridentity.inscopeof.", "annotation", "vpcendpointaccountid", "serviceeventdetails", "addendum", "edgedevicedetails", "insightdetails",
	"sessioncredentialfromconsole",
}

// lakeFileSchema is what stands in a file, and lakeKept where that is in lakeSchema.
var lakeFileSchema, lakeKept = func() (s columnar.Schema, at []int) {
	for i, f := range lakeSchema {
		if !slices.ContainsFunc(lakeAbsent, func(name string) bool { return strings.HasPrefix(f.Name, name) }) {
			s, at = append(s, f), append(at, i)
		}
	}
	return s, at
}()

// part is a column of the table as columns of a file.
type part struct {
	typ      *columnar.Type
	from, to int
}

// flattened adds a column, of a struct its members.
func flattened(s columnar.Schema, name string, t *columnar.Type) columnar.Schema {
	if t.Kind != columnar.Struct {
		return append(s, columnar.Field{Name: name, Type: t})
	}
	for _, f := range t.Fields {
		s = flattened(s, name+"."+f.Name, f.Type)
	}
	return s
}

// laidOut adds the values of a column of a type, of a struct those of its members.
func laidOut(row []columnar.Value, t *columnar.Type, v columnar.Value) []columnar.Value {
	if t.Kind != columnar.Struct {
		return append(row, v)
	}
	for i, f := range t.Fields {
		var member columnar.Value
		if v.Valid {
			member = v.Items[i]
		}
		row = laidOut(row, f.Type, member)
	}
	return row
}

// putTogether makes a vector of a type of those that hold its members, and takes those away. A struct all of whose members are null is null.
func putTogether(t *columnar.Type, from []*vector.Vector) (*vector.Vector, []*vector.Vector) {
	if t.Kind != columnar.Struct {
		return from[0], from[1:]
	}
	out := &vector.Vector{Kind: vector.Row, Len: from[0].Len}
	rest := from
	for _, f := range t.Fields {
		var e *vector.Vector
		e, rest = putTogether(f.Type, rest)
		out.Elems = append(out.Elems, e)
	}
	var some []*vector.Vector // that are not null throughout
	for _, v := range from[:len(from)-len(rest)] {
		if !v.HasNulls() {
			return out, rest
		}
		if v.Dict == nil || v.Dict.Len > 1 {
			some = append(some, v)
		}
	}
	for i := range out.Len {
		if !slices.ContainsFunc(some, func(v *vector.Vector) bool { return !v.IsNull(i) }) {
			out.Nulls.Set(i)
		}
	}
	return out, rest
}

// lakePlace is where a column stands.
func lakePlace(name string) int {
	for i, c := range lakeColumns {
		if c.name == name {
			return i
		}
	}
	return -1
}

// lakeRow is the record of an entry in the trail of account, as a row of a file.
func (s *Service) lakeRow(e *journal.Entry, account string) []columnar.Value {
	r := s.recordOf(e, account)
	return lakeRecord(r, e.Time, r.text())
}

// lakeRecord is a record of that instant as a row of a file; text is its JSON.
func lakeRecord(r *record, at time.Time, text string) []columnar.Value {
	sum := sha256.Sum256([]byte(text))
	row := make([]columnar.Value, 0, len(lakeSchema))
	for i, v := range []columnar.Value{
		str(r.EventVersion), identityRow(&r.UserIdentity), {Valid: true, Int: at.UTC().Truncate(time.Second).UnixMicro()},
		str(r.EventSource), str(r.EventName), str(r.AWSRegion), str(r.SourceIPAddress), str(r.UserAgent), str(r.ErrorCode), str(r.ErrorMessage),
		members(r.RequestParameters), members(r.ResponseElements), members(r.AdditionalData),
		str(r.RequestID), str(r.EventID), truth(r.ReadOnly), touchedRows(r.Resources), str(r.EventType), str(r.APIVersion), truth(r.ManagementEvent),
		str(r.RecipientAccountID), str(r.SharedEventID), {}, str(r.VPCEndpointID), {}, {}, {}, {}, {}, str(r.EventCategory), tlsRow(r.TLSDetails), {},
		str(text), str(hex.EncodeToString(sum[:])),
	} {
		row = laidOut(row, lakeParts[i].typ, v)
	}
	for i, at := range lakeKept {
		row[i] = row[at]
	}
	return row[:len(lakeKept)]
}

func str(s string) columnar.Value { return columnar.Value{Valid: s != "", Bytes: []byte(s)} }

func truth(b bool) columnar.Value {
	v := columnar.Value{Valid: true}
	if b {
		v.Int = 1
	}
	return v
}

func structure(items ...columnar.Value) columnar.Value {
	return columnar.Value{Valid: true, Items: items}
}

func identityRow(u *identity) columnar.Value {
	return structure(str(u.Type), str(u.PrincipalID), str(u.ARN), str(u.AccountID), str(u.AccessKeyID), str(u.UserName), sessionRow(u.SessionContext),
		columnar.Value{}, columnar.Value{}, str(u.InvokedBy), str(u.IdentityProvider))
}

func sessionRow(c *session) columnar.Value {
	if c == nil {
		return columnar.Value{}
	}
	var attributes, issuer, web columnar.Value
	if a := c.Attributes; a != nil {
		at, err := time.Parse(time.RFC3339, a.CreationDate)
		attributes = structure(columnar.Value{Valid: err == nil, Int: at.Unix()}, str(a.MFA))
	}
	if i := c.Issuer; i != nil {
		issuer = structure(str(i.Type), str(i.PrincipalID), str(i.ARN), str(i.AccountID), str(i.UserName))
	}
	if w := c.WebID; w != nil {
		web = structure(str(w.Provider), columnar.Value{})
	}
	return structure(attributes, issuer, web, str(c.SourceIdentity), columnar.Value{}, columnar.Value{})
}

func touchedRows(list []touched) columnar.Value {
	if len(list) == 0 {
		return columnar.Value{}
	}
	v := columnar.Value{Valid: true}
	for _, t := range list {
		v.Items = append(v.Items, structure(str(t.AccountID), str(t.Type), str(t.ARN), str(t.ARNPrefix)))
	}
	return v
}

func tlsRow(t *tlsDetails) columnar.Value {
	if t == nil {
		return columnar.Value{}
	}
	return structure(str(t.Version), str(t.Cipher), str(t.Host))
}

// members are those of a JSON object, in its order: texts as they are, everything else as JSON.
func members(raw json.RawMessage) columnar.Value {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return columnar.Value{}
	}
	v := columnar.Value{Valid: true, Items: []columnar.Value{}}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		name, _ := key.(string)
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return columnar.Value{}
		}
		if seen[name] {
			continue
		}
		seen[name] = true
		one := columnar.Value{Valid: true, Bytes: value}
		if value[0] == '"' {
			var text string
			if json.Unmarshal(value, &text) == nil {
				one.Bytes = []byte(text)
			}
		} else if string(value) == "null" {
			one = columnar.Value{}
		}
		v.Items = append(v.Items, columnar.Value{Valid: true, Bytes: []byte(name)}, one)
	}
	return v
}
