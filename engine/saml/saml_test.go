package saml

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

type provider struct {
	cert *x509.Certificate
	ctx  *dsig.SigningContext
}

func newProvider(t testing.TB) *provider {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	ctx := dsig.NewDefaultSigningContext(dsig.TLSCertKeyStore(tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}))
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	return &provider{cert, ctx}
}

func (p *provider) sign(t testing.TB, e *etree.Element) *etree.Element {
	signed, err := p.ctx.SignEnveloped(e)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

const assertion = `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="a1" Version="2.0" IssueInstant="2026-03-01T00:00:00.123Z"><saml:Issuer>https://idp</saml:Issuer>` +
	`<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="https://signin.aws.amazon.com/saml" NotOnOrAfter="2026-03-01T00:05:00Z"/></saml:SubjectConfirmation></saml:Subject>` +
	`<saml:Conditions NotBefore="2026-03-01T00:00:00Z" NotOnOrAfter="2026-03-01T01:00:00Z"><saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
	`<saml:AttributeStatement><saml:Attribute Name="role"><saml:AttributeValue>a</saml:AttributeValue><saml:AttributeValue>b</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>`

func element(t testing.TB, s string) *etree.Element {
	d := etree.NewDocument()
	if err := d.ReadFromString(s); err != nil {
		t.Fatal(err)
	}
	return d.Root()
}

const success = `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`

func response(t testing.TB, status string, inside ...*etree.Element) *etree.Element {
	r := element(t, `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="r1" Version="2.0">`+status+`</samlp:Response>`)
	for _, e := range inside {
		r.AddChild(e)
	}
	return r
}

func written(t testing.TB, e *etree.Element) string {
	d := etree.NewDocument()
	d.SetRoot(e)
	s, err := d.WriteToString()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestParse: what the provider has signed is told, and nothing that was put beside, around or into it.
func TestParse(t *testing.T) {
	idp, other := newProvider(t), newProvider(t)
	certs := []*x509.Certificate{other.cert, idp.cert}
	good := written(t, response(t, success, idp.sign(t, element(t, assertion))))
	evil := strings.Replace(strings.Replace(assertion, ">ann<", ">root<", 1), `ID="a1"`, `ID="a2"`, 1)
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"assertion signed":       {good, nil},
		"response signed":        {written(t, idp.sign(t, response(t, success, element(t, assertion)))), nil},
		"not signed":             {written(t, response(t, success, element(t, assertion))), ErrSignature},
		"signed by a stranger":   {written(t, response(t, success, newProvider(t).sign(t, element(t, assertion)))), ErrSignature},
		"changed":                {strings.Replace(good, ">ann<", ">root<", 1), ErrSignature},
		"a comment in the name":  {strings.Replace(good, ">ann<", ">an<!-- x -->n<", 1), nil}, // the verified bytes have none
		"another put before":     {strings.Replace(good, "<saml:Assertion", evil+"<saml:Assertion", 1), ErrMalformed},
		"wrapped in an evil one": {strings.Replace(written(t, response(t, success, element(t, evil))), "</saml:Issuer>", "</saml:Issuer><x>"+written(t, idp.sign(t, element(t, assertion)))+"</x>", 1), ErrMalformed},
		"an id twice":            {strings.Replace(good, `ID="r1"`, `ID="a1"`, 1), ErrMalformed},
		"refused":                {strings.Replace(good, "status:Success", "status:Responder", 1), ErrStatus},
		"SHA-1":                  {strings.Replace(good, "xmldsig-more#rsa-sha256", "xmldsig#rsa-sha1", 1), ErrSignature},
		"a document type":        {"<!DOCTYPE x [<!ENTITY e 'ann'>]>" + good, ErrMalformed},
		"encrypted":              {strings.Replace(good, "<samlp:Status>", "<saml:EncryptedAssertion xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'/><samlp:Status>", 1), ErrMalformed},
		"no response":            {assertion, ErrMalformed},
		"deep":                   {strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000), ErrMalformed},
		"nothing":                {"", ErrMalformed},
	} {
		a, err := Parse(base64.StdEncoding.EncodeToString([]byte(c.text)), certs)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil && (a.Subject != "ann" || a.Issuer != "https://idp" || a.Recipient != "https://signin.aws.amazon.com/saml" || a.Audiences[0] != "urn:amazon:webservices" ||
			strings.Join(a.Attributes["role"], " ") != "a b" || a.ConfirmUntil.Minute() != 5 || a.NotOnOrAfter.Hour() != 1 || a.IssuedAt.IsZero()) {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if _, err := Parse("not base64", certs); !errors.Is(err, ErrMalformed) {
		t.Errorf("%v", err)
	}
}

func metadata(p *provider, entity string) string {
	return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + entity + `" validUntil="2030-01-01T00:00:00Z"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>
` + base64.StdEncoding.EncodeToString(p.cert.Raw) + `
</X509Certificate></X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor></EntityDescriptor>`
}

// TestMetadata: a provider's name, certificates and how long it says they hold.
func TestMetadata(t *testing.T) {
	p := newProvider(t)
	good := metadata(p, "https://idp")
	m, err := ParseMetadata([]byte(good))
	if err != nil || m.EntityID != "https://idp" || len(m.Certificates) != 1 || !m.Certificates[0].Equal(p.cert) || m.ValidUntil.Year() != 2030 {
		t.Errorf("%+v, %v", m, err)
	}
	for _, bad := range []string{"", "<a/>", metadata(p, ""), strings.Replace(good, `use="signing"`, `use="encryption"`, 1), strings.Replace(good, "MII", "!!!", 1), strings.Replace(good, "2030", "soon", 1),
		"<!DOCTYPE x>" + good, strings.Replace(good, "IDPSSODescriptor", "SPSSODescriptor", 2)} {
		if m, err := ParseMetadata([]byte(bad)); err == nil {
			t.Errorf("%.80q was read: %+v", bad, m)
		}
	}
}

func FuzzParse(f *testing.F) {
	p := newProvider(f)
	f.Add([]byte(written(f, response(f, success, p.sign(f, element(f, assertion))))))
	stranger := []*x509.Certificate{newProvider(f).cert}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := Parse(base64.StdEncoding.EncodeToString(raw), stranger); err == nil {
			t.Error("let in without a signature")
		}
	})
}

func FuzzParseMetadata(f *testing.F) {
	f.Add([]byte(metadata(newProvider(f), "https://idp")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if m, err := ParseMetadata(raw); err == nil && (m.EntityID == "" || len(m.Certificates) == 0) {
			t.Errorf("%+v", m)
		}
	})
}
