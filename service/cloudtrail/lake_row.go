package cloudtrail

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"unyo/engine/columnar"
	"unyo/kernel/journal"
)

// eventLayout is that of event data stores of CloudTrail events. Left out of files are columns, and members of structs, that no record has here.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
var eventLayout = layOut([]column{
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
}, []string{
	"useridentity.sessioncontext.webidfederationdata.attributes", "useridentity.sessioncontext.ec2roledelivery", "useridentity.sessioncontext.ec2issuedinvpc",
	"useridentity.onbehalfof.", "useridentity.inscopeof.", "annotation", "vpcendpointaccountid", "serviceeventdetails", "addendum", "edgedevicedetails", "insightdetails",
	"sessioncredentialfromconsole",
}, "requestid", "eventid", "sharedeventid", "eventjson", "eventjsonchecksum", "requestparameters", "responseelements", "additionaleventdata")

// rowOf is the record of an entry in the trail of account, as a row of a file, and its time.
func (s *Service) rowOf(e *journal.Entry, account string) ([]columnar.Value, time.Time) {
	if e.Call.Category == insightful {
		return insightRow(e, account)
	}
	r := s.recordOf(e, account)
	return lakeRecord(r, e.Time, r.text()), e.Time
}

// lakeRecord is a record of that instant as a row of a file; text is its JSON.
func lakeRecord(r *record, at time.Time, text string) []columnar.Value {
	sum := sha256.Sum256([]byte(text))
	return eventLayout.row([]columnar.Value{
		str(r.EventVersion), identityRow(&r.UserIdentity), {Valid: true, Int: at.UTC().Truncate(time.Second).UnixMicro()},
		str(r.EventSource), str(r.EventName), str(r.AWSRegion), str(r.SourceIPAddress), str(r.UserAgent), str(r.ErrorCode), str(r.ErrorMessage),
		members(r.RequestParameters), members(r.ResponseElements), members(r.AdditionalData),
		str(r.RequestID), str(r.EventID), truth(r.ReadOnly), touchedRows(r.Resources), str(r.EventType), str(r.APIVersion), truth(r.ManagementEvent),
		str(r.RecipientAccountID), str(r.SharedEventID), {}, str(r.VPCEndpointID), {}, {}, {}, {}, {}, str(r.EventCategory), tlsRow(r.TLSDetails), {},
		str(text), str(hex.EncodeToString(sum[:])),
	})
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
