package sts

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	api "unyo/api/sts"
	"unyo/base/awserr"
)

const (
	samlARN   = "arn:aws:iam::111111111111:saml-provider/idp"
	samlTrust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"` + samlARN + `"},"Action":["sts:AssumeRoleWithSAML","sts:TagSession"],
		"Condition":{"StringEquals":{"saml:aud":"https://signin.aws.amazon.com/saml","saml:edupersonaffiliation":"staff"}}}}`
	samlForm = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="r1"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>` +
		`<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="a1" IssueInstant="ISSUED"><saml:Issuer>https://idp</saml:Issuer>` +
		`<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="https://signin.aws.amazon.com/saml" NotOnOrAfter="UNTIL"/></saml:SubjectConfirmation></saml:Subject>` +
		`<saml:Conditions><saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement SessionNotOnOrAfter="SESSION"/>` +
		`<saml:AttributeStatement>ROLE<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"><saml:AttributeValue>ann@x</saml:AttributeValue></saml:Attribute>` +
		`<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/SessionDuration"><saml:AttributeValue>7200</saml:AttributeValue></saml:Attribute>` +
		`<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/PrincipalTag:team"><saml:AttributeValue>red</saml:AttributeValue></saml:Attribute>` +
		`<saml:Attribute Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.1"><saml:AttributeValue>staff</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>`
)

// TestSAML: an assertion opens a session if the provider signed it, for AWS, for now, with the role in it, and the role trusts who it names.
func TestSAML(t *testing.T) {
	e := newEstate(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := e.k.Clock.Now()
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: now.AddDate(-9, 0, 0), NotAfter: now.AddDate(-8, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	e.trust = samlTrust
	e.metadata = map[string]string{samlARN: `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp"><IDPSSODescriptor><KeyDescriptor><X509Certificate>` + base64.StdEncoding.EncodeToString(der) + `</X509Certificate></KeyDescriptor></IDPSSODescriptor></EntityDescriptor>`}
	signer := dsig.NewDefaultSigningContext(dsig.TLSCertKeyStore(tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}))
	signer.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	response := func(change ...string) string {
		at := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339) }
		text := strings.NewReplacer(change...).Replace(samlForm)
		text = strings.NewReplacer("ISSUED", at(0), "UNTIL", at(5*time.Minute), "SESSION", at(90*time.Minute),
			"ROLE", fmt.Sprintf(`<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><saml:AttributeValue>%s,%s</saml:AttributeValue></saml:Attribute>`, roleARN, samlARN)).Replace(text)
		doc := etree.NewDocument()
		if err := doc.ReadFromString(text); err != nil {
			t.Fatal(err)
		}
		signed, err := signer.SignEnveloped(doc.Root())
		if err != nil {
			t.Fatal(err)
		}
		doc.SetRoot(signed)
		raw, err := doc.WriteToBytes()
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(raw)
	}
	forged, _ := base64.StdEncoding.DecodeString(response())
	for name, c := range map[string]struct{ role, provider, text, code string }{
		"good":                {roleARN, samlARN, response(), ""},
		"forged":              {roleARN, samlARN, base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(forged), ">ann<", ">bob<", 1))), "InvalidIdentityToken"},
		"for another":         {roleARN, samlARN, response("urn:amazon:webservices", "urn:evil"), "InvalidIdentityToken"},
		"presented elsewhere": {roleARN, samlARN, response(`Recipient="https://signin.aws.amazon.com/saml"`, `Recipient="https://evil.example/saml"`), "InvalidIdentityToken"},
		"of another issuer":   {roleARN, samlARN, response("https://idp<", "https://other<"), "InvalidIdentityToken"},
		"too late":            {roleARN, samlARN, response("ISSUED", now.Add(-6*time.Minute).Format(time.RFC3339)), "ExpiredTokenException"},
		"expired":             {roleARN, samlARN, response("UNTIL", now.Format(time.RFC3339)), "ExpiredTokenException"},
		"of tomorrow":         {roleARN, samlARN, response("ISSUED", now.Add(24*time.Hour).Format(time.RFC3339)), "InvalidIdentityToken"},
		"refused":             {roleARN, samlARN, response("status:Success", "status:Responder"), "IDPRejectedClaim"},
		"another role":        {"arn:aws:iam::111111111111:role/other", samlARN, response(), "AccessDenied"},
		"no name":             {roleARN, samlARN, response("ann@x", "a"), "InvalidIdentityToken"},
		"not trusted":         {roleARN, samlARN, response(">staff<", ">guest<"), "AccessDenied"},
		"no such provider":    {roleARN, samlARN + "2", response(), "InvalidIdentityToken"},
		"another account":     {"arn:aws:iam::222222222222:role/r", samlARN, response(), "AccessDenied"},
		"no provider":         {roleARN, roleARN, response(), "ValidationError"},
		"no response":         {roleARN, samlARN, "PHg+", "InvalidIdentityToken"},
		"a source identity":   {roleARN, samlARN, response("SAML/Attributes/PrincipalTag:team", "SAML/Attributes/SourceIdentity"), "AccessDenied"}, // the trust policy does not let it be set
	} {
		out, err := e.s.AssumeRoleWithSAML(e.ctx(), &api.AssumeRoleWithSAMLInput{RoleArn: &c.role, PrincipalArn: &c.provider, SAMLAssertion: &c.text})
		if awserr.Code(err) != c.code {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
		if err != nil {
			continue
		}
		opened, err := e.seal.OpenSession(*out.Credentials.AccessKeyId, *out.Credentials.SessionToken)
		p := opened.Principal
		if err != nil || p.SessionName != "ann@x" || p.Tags["team"] != "red" || p.Federated != samlARN || p.Vouched["saml:sub"][0] != "ann" || *out.SubjectType != "persistent" || *out.Issuer != "https://idp" ||
			p.ExpiresAt.Sub(now) != 90*time.Minute { // the provider ends its own session before the two hours that it asks for
			t.Errorf("%+v %+v, %v", out, p, err)
		}
	}
}
