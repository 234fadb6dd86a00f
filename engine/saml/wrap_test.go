package saml

import (
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"
)

// TestWrapping: the eight ways of moving a signature or what it signs, so that a reader finds somebody else than the verifier. Each is refused.
// https://www.usenix.org/conference/usenixsecurity12/technical-sessions/presentation/somorovsky
func TestWrapping(t *testing.T) {
	idp := newProvider(t)
	certs := []*x509.Certificate{idp.cert}
	signed := written(t, idp.sign(t, element(t, assertion)))
	begin, end := strings.Index(signed, "<ds:Signature"), strings.Index(signed, "</ds:Signature>")+len("</ds:Signature>")
	signature, bare := signed[begin:end], signed[:begin]+signed[end:]
	evil := strings.NewReplacer(">ann<", ">root<", `ID="a1"`, `ID="evil"`).Replace(assertion)
	into := func(outer, inner string) string {
		return strings.Replace(outer, "</saml:Issuer>", "</saml:Issuer>"+inner, 1)
	}
	object := func(inside string) string {
		return strings.Replace(signature, "</ds:Signature>", "<ds:Object>"+inside+"</ds:Object></ds:Signature>", 1)
	}
	whole := func(inside string) string {
		return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="r1" Version="2.0">` + success + inside + `</samlp:Response>`
	}
	answer := written(t, idp.sign(t, response(t, success, element(t, assertion))))
	from, to := strings.Index(answer, "<ds:Signature"), strings.Index(answer, "</ds:Signature>")+len("</ds:Signature>")
	ofAnswer, bareAnswer := answer[from:to], answer[:from]+answer[to:]
	forged := func(inside string) string {
		return strings.Replace(whole(inside+evil), `ID="r1"`, `ID="evil-r"`, 1)
	}
	for name, text := range map[string]string{
		"1: the response in its moved signature": forged(strings.Replace(ofAnswer, "</ds:Signature>", "<ds:Object>"+bareAnswer+"</ds:Object></ds:Signature>", 1)),
		"2: the response beside its signature":   forged(bareAnswer + ofAnswer),
		"3: another before":                      whole(evil + signed),
		"4: another around":                      whole(into(evil, signed)),
		"5: the signature moved to another":      whole(into(evil, signature) + bare),
		"6: the original in the moved signature": whole(into(evil, strings.Replace(signature, "</ds:Signature>", bare+"</ds:Signature>", 1))),
		"7: another in an extension":             whole("<samlp:Extensions>" + evil + "</samlp:Extensions>" + signed),
		"8: the original in an object":           whole(into(evil, object(bare))),
		"another behind":                         whole(signed + evil),
		"another in the object of the signature": whole(signed[:begin] + object(evil) + signed[end:]),
	} {
		a, err := Parse(base64.StdEncoding.EncodeToString([]byte(text)), certs)
		if err == nil {
			t.Errorf("%s: taken for %s", name, a.Subject)
		}
	}
	if _, err := Parse(base64.StdEncoding.EncodeToString([]byte(whole(signed))), certs); err != nil {
		t.Errorf("what is as it should be: %v", err)
	}
}
