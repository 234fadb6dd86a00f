package saml

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// The namespaces of SAML 2.0 and of signatures.
const (
	protocolNS  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionNS = "urn:oasis:names:tc:SAML:2.0:assertion"
	metadataNS  = "urn:oasis:names:tc:SAML:2.0:metadata"
	signatureNS = "http://www.w3.org/2000/09/xmldsig#"
)

// ErrMetadata is a document that describes no identity provider.
var ErrMetadata = errors.New("it is not the metadata of an identity provider")

// Metadata is what an identity provider says of itself.
type Metadata struct {
	EntityID     string
	Certificates []*x509.Certificate // with which it signs
	ValidUntil   time.Time           // zero where it does not say
}

// ParseMetadata reads a provider's metadata.
func ParseMetadata(text []byte) (*Metadata, error) {
	root, err := read(text)
	if err != nil || root.Tag != "EntityDescriptor" || root.NamespaceURI() != metadataNS {
		return nil, ErrMetadata
	}
	m := &Metadata{EntityID: root.SelectAttrValue("entityID", "")}
	if until := root.SelectAttrValue("validUntil", ""); until != "" {
		if m.ValidUntil, err = instant(until); err != nil {
			return nil, ErrMetadata
		}
	}
	for _, idp := range children(root, metadataNS, "IDPSSODescriptor") {
		for _, key := range children(idp, metadataNS, "KeyDescriptor") {
			if use := key.SelectAttrValue("use", "signing"); use != "signing" {
				continue
			}
			for _, c := range key.FindElements(".//X509Certificate") {
				der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(c.Text()), ""))
				if err != nil {
					return nil, ErrMetadata
				}
				cert, err := x509.ParseCertificate(der)
				if err != nil {
					return nil, ErrMetadata
				}
				m.Certificates = append(m.Certificates, cert)
			}
		}
	}
	if m.EntityID == "" || len(m.Certificates) == 0 {
		return nil, ErrMetadata
	}
	return m, nil
}

// maxDepth bounds how deep a document's elements nest.
const maxDepth = 64

// read parses a document without a document type, of bounded depth.
func read(text []byte) (*etree.Element, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil {
		return nil, err
	}
	for _, t := range doc.Child {
		if _, ok := t.(*etree.Directive); ok {
			return nil, errors.New("document types are refused")
		}
	}
	root := doc.Root()
	if root == nil || len(doc.ChildElements()) != 1 || deeper(root, maxDepth) {
		return nil, errors.New("it is no document, or too deep")
	}
	return root, nil
}

func deeper(e *etree.Element, depth int) bool {
	if depth == 0 {
		return true
	}
	for _, c := range e.ChildElements() {
		if deeper(c, depth-1) {
			return true
		}
	}
	return false
}

func children(e *etree.Element, ns, tag string) (list []*etree.Element) {
	for _, c := range e.ChildElements() {
		if c.Tag == tag && c.NamespaceURI() == ns {
			list = append(list, c)
		}
	}
	return list
}

// text is all that an element says; "" where it holds elements, whose meaning would be lost.
func text(e *etree.Element) string {
	var b strings.Builder
	for _, t := range e.Child {
		switch t := t.(type) {
		case *etree.CharData:
			b.WriteString(t.Data)
		case *etree.Element:
			return ""
		}
	}
	return strings.TrimSpace(b.String())
}

func instant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	return t.UTC(), err
}
