package saml

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// What is wrong with a response.
var (
	ErrMalformed = errors.New("it is no response with one assertion")
	ErrSignature = errors.New("its signature is not the provider's")
	ErrStatus    = errors.New("the provider did not let anybody in")
)

// Assertion is what a provider vouches for. Times are zero where it does not say.
type Assertion struct {
	Issuer                  string
	Subject, Format         string
	Recipient               string // where it was to be presented
	Audiences               []string
	IssuedAt                time.Time
	NotBefore, NotOnOrAfter time.Time
	ConfirmUntil            time.Time // until when it may be presented
	SessionUntil            time.Time
	Attributes              map[string][]string
}

// maxResponse bounds a response, in bytes.
const maxResponse = 100_000

// Parse reads a response in base64 and holds it against the certificates.
func Parse(encoded string, certs []*x509.Certificate) (*Assertion, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	if err != nil || len(raw) > maxResponse {
		return nil, ErrMalformed
	}
	root, err := read(raw)
	if err != nil || root.Tag != "Response" || root.NamespaceURI() != protocolNS {
		return nil, ErrMalformed
	}
	if err := plain(root); err != nil {
		return nil, err
	}
	verified, err := verify(root, certs)
	if err != nil {
		return nil, err
	}
	for _, status := range children(root, protocolNS, "Status") {
		for _, code := range children(status, protocolNS, "StatusCode") {
			if code.SelectAttrValue("Value", "") == "urn:oasis:names:tc:SAML:2.0:status:Success" {
				return tell(verified)
			}
		}
	}
	return nil, ErrStatus
}

// plain refuses what could be read in two ways: more than one assertion, an id twice, weak algorithms, kept comments.
func plain(root *etree.Element) error {
	assertions, ids := 0, map[string]bool{}
	for _, e := range append(root.FindElements(".//*"), root) {
		if e.Tag == "EncryptedAssertion" {
			return ErrMalformed
		}
		if e.Tag == "Assertion" {
			assertions++
		}
		for _, a := range e.Attr {
			switch {
			case strings.EqualFold(a.Key, "ID"):
				if ids[a.Value] {
					return ErrMalformed
				}
				ids[a.Value] = true
			case a.Key == "Algorithm" && (strings.Contains(strings.ToLower(a.Value), "sha1") || strings.Contains(a.Value, "WithComments") || strings.Contains(a.Value, "hmac")):
				return ErrSignature
			}
		}
	}
	if assertions != 1 || len(children(root, assertionNS, "Assertion")) != 1 {
		return ErrMalformed
	}
	return nil
}

// verify returns the assertion out of the bytes that a certificate vouches for.
func verify(root *etree.Element, certs []*x509.Certificate) (*etree.Element, error) {
	signed := root
	if len(children(root, signatureNS, "Signature")) == 0 {
		signed = children(root, assertionNS, "Assertion")[0]
		if len(children(signed, signatureNS, "Signature")) != 1 {
			return nil, ErrSignature
		}
		ctx, err := etreeutils.NSBuildParentContext(signed)
		if err != nil {
			return nil, ErrMalformed
		}
		if signed, err = etreeutils.NSDetatch(ctx, signed); err != nil {
			return nil, ErrMalformed
		}
	} else if len(children(root, signatureNS, "Signature")) != 1 {
		return nil, ErrSignature
	}
	for _, cert := range certs {
		v := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}})
		// AWS does not look at how long a provider's certificate is good.
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml.html
		v.Clock = dsig.NewFakeClockAt(cert.NotBefore)
		v.IdAttribute = "ID"
		verified, err := v.Validate(signed)
		if err != nil || verified == nil {
			continue
		}
		if verified.Tag == "Assertion" && verified.NamespaceURI() == assertionNS {
			return verified, nil
		}
		if list := children(verified, assertionNS, "Assertion"); verified.Tag == "Response" && len(list) == 1 {
			return list[0], nil
		}
	}
	return nil, ErrSignature
}

// tell reads a verified assertion.
func tell(e *etree.Element) (*Assertion, error) {
	a := &Assertion{Attributes: map[string][]string{}}
	for _, i := range children(e, assertionNS, "Issuer") {
		a.Issuer = text(i)
	}
	times := []error{when(e, "IssueInstant", &a.IssuedAt)}
	for _, s := range children(e, assertionNS, "Subject") {
		times = append(times, a.subject(s))
	}
	for _, c := range children(e, assertionNS, "Conditions") {
		times = append(times, when(c, "NotBefore", &a.NotBefore), when(c, "NotOnOrAfter", &a.NotOnOrAfter))
		for _, r := range children(c, assertionNS, "AudienceRestriction") {
			for _, audience := range children(r, assertionNS, "Audience") {
				a.Audiences = append(a.Audiences, text(audience))
			}
		}
	}
	for _, s := range children(e, assertionNS, "AuthnStatement") {
		times = append(times, when(s, "SessionNotOnOrAfter", &a.SessionUntil))
	}
	for _, s := range children(e, assertionNS, "AttributeStatement") {
		for _, attribute := range children(s, assertionNS, "Attribute") {
			name := attribute.SelectAttrValue("Name", "")
			for _, v := range children(attribute, assertionNS, "AttributeValue") {
				a.Attributes[name] = append(a.Attributes[name], text(v))
			}
		}
	}
	if errors.Join(times...) != nil {
		return nil, ErrMalformed
	}
	return a, nil
}

func (a *Assertion) subject(s *etree.Element) error {
	for _, id := range children(s, assertionNS, "NameID") {
		a.Subject, a.Format = text(id), id.SelectAttrValue("Format", "")
	}
	for _, c := range children(s, assertionNS, "SubjectConfirmation") {
		if c.SelectAttrValue("Method", "") != "urn:oasis:names:tc:SAML:2.0:cm:bearer" {
			continue
		}
		for _, d := range children(c, assertionNS, "SubjectConfirmationData") {
			a.Recipient = d.SelectAttrValue("Recipient", "")
			return when(d, "NotOnOrAfter", &a.ConfirmUntil)
		}
	}
	return nil
}

// when reads an instant where there is one.
func when(e *etree.Element, name string, to *time.Time) (err error) {
	if v := e.SelectAttrValue(name, ""); v != "" {
		*to, err = instant(v)
	}
	return err
}
