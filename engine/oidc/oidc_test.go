package oidc

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

var b64 = base64.RawURLEncoding

// token signs claims in the way that sign does.
func token(header, claims string, sign func(text string) []byte) string {
	text := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString([]byte(claims))
	return text + "." + b64.EncodeToString(sign(text))
}

func rs256(t testing.TB, k *rsa.PrivateKey) func(string) []byte {
	return func(text string) []byte {
		sum := sha256.Sum256([]byte(text))
		sig, err := rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return sig
	}
}

func es256(t testing.TB, k *ecdsa.PrivateKey) func(string) []byte {
	return func(text string) []byte {
		sum := sha256.Sum256([]byte(text))
		r, s, err := ecdsa.Sign(rand.Reader, k, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
}

func none(string) []byte { return nil }

func rsaKey(t testing.TB) *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func ecKey(t testing.TB) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// set writes keys as an issuer publishes them.
func set(r *rsa.PrivateKey, e *ecdsa.PrivateKey) string {
	point, _ := e.PublicKey.Bytes()
	return fmt.Sprintf(`{"keys":[{"kty":"RSA","kid":"r","use":"sig","alg":"RS256","n":"%s","e":"AQAB"},{"kty":"EC","kid":"e","crv":"P-256","x":"%s","y":"%s"},
		{"kty":"oct","kid":"o","k":"c2VjcmV0"},{"kty":"RSA","kid":"enc","use":"enc","n":"%s","e":"AQAB"},{"kty":"RSA","kid":"small","n":"AQAB","e":"AQAB"},{"kty":"EC","kid":"off","crv":"P-256","x":"AQ","y":"AQ"}]}`,
		b64.EncodeToString(r.N.Bytes()), b64.EncodeToString(point[1:33]), b64.EncodeToString(point[33:]), b64.EncodeToString(r.N.Bytes()))
}

// TestVerify: only the issuer's own key counts, used as what it is.
func TestVerify(t *testing.T) {
	r, e, other := rsaKey(t), ecKey(t), rsaKey(t)
	keys, err := ParseKeys([]byte(set(r, e)))
	if err != nil || len(keys) != 2 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	der, err := x509.MarshalPKIXPublicKey(&r.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	hs256 := func(text string) []byte {
		mac := hmac.New(sha256.New, public)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	const claims = `{"iss":"https://i","sub":"s","aud":["a","b"],"exp":1900000000,"iat":1800000000.5}`
	for name, c := range map[string]struct {
		header string
		sign   func(string) []byte
		want   error
	}{
		"RSA":                 {`{"alg":"RS256","kid":"r"}`, rs256(t, r), nil},
		"EC":                  {`{"alg":"ES256","kid":"e"}`, es256(t, e), nil},
		"no key id":           {`{"alg":"ES256"}`, es256(t, e), nil},
		"none":                {`{"alg":"none"}`, none, ErrAlgorithm},
		"None":                {`{"alg":"None","kid":"r"}`, none, ErrAlgorithm},
		"HMAC of the public":  {`{"alg":"HS256","kid":"r"}`, hs256, ErrAlgorithm},
		"RSA said, HMAC done": {`{"alg":"RS256","kid":"r"}`, hs256, ErrSignature},
		"EC said of RSA":      {`{"alg":"ES256","kid":"r"}`, rs256(t, r), ErrNoKey},
		"RSA said of EC":      {`{"alg":"RS256","kid":"e"}`, es256(t, e), ErrNoKey},
		"RS512 of an RS256":   {`{"alg":"RS512","kid":"r"}`, rs256(t, r), ErrNoKey},
		"another's key":       {`{"alg":"RS256","kid":"r"}`, rs256(t, other), ErrSignature},
		"unknown key":         {`{"alg":"RS256","kid":"x"}`, rs256(t, r), ErrNoKey},
		"no signature":        {`{"alg":"RS256","kid":"r"}`, none, ErrSignature},
		"half a signature":    {`{"alg":"ES256","kid":"e"}`, func(s string) []byte { return es256(t, e)(s)[:32] }, ErrNoKey},
		"zeros":               {`{"alg":"ES256","kid":"e"}`, func(string) []byte { return make([]byte, 64) }, ErrSignature},
	} {
		parsed, err := Parse(token(c.header, claims, c.sign))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := parsed.Verify(keys); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	parsed, err := Parse(token(`{"alg":"RS256","kid":"r"}`, claims, rs256(t, r)))
	if err != nil || parsed.Issuer != "https://i" || parsed.Subject != "s" || strings.Join(parsed.Audience, " ") != "a b" || parsed.Expires.Unix() != 1900000000 || parsed.IssuedAt.Unix() != 1800000000 || !parsed.NotBefore.IsZero() {
		t.Errorf("%+v, %v", parsed, err)
	}
}

// TestMalformed: what is read in more than one way is not read at all.
func TestMalformed(t *testing.T) {
	for _, text := range []string{
		"", "a.b", "a.b.c", "..", token(`{"alg":"RS256"}`, `[]`, none), token(`{}`, `{}`, none), token(`{"alg":"RS256"}`, `{"aud":7}`, none), token(`{"alg":"RS256"}`, `{"exp":"1"}`, none),
		token(`{"alg":"RS256","alg":"none"}`, `{}`, none), token(`{"alg":"RS256"}`, `{"sub":"a","sub":"b"}`, none), token(`{"alg":"RS256"}`, `{} {}`, none),
		token(`{"alg":"RS256","crit":["x"]}`, `{}`, none), token(`{"alg":"RS256"}`, `null`, none), token(`{"alg":"RS256"}`, `{}`, none) + ".x", token(`{"alg":"RS256"}`, `{}`, none) + "=",
		token(`{"alg":"RS256"}`, `{"x":"`+strings.Repeat("a", maxToken)+`"}`, none), token(`{"alg":"RS256"}`, `{"exp":1e300}`, none),
	} {
		if parsed, err := Parse(text); err == nil {
			t.Errorf("%.60q was read: %+v", text, parsed)
		}
	}
}

// TestKeys: an issuer is who the machine's authorities or a thumbprint say, and its configuration says that it is.
func TestKeys(t *testing.T) {
	r, e := rsaKey(t), ecKey(t)
	var own string
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]string{"issuer": own, "jwks_uri": own + "/keys"})
	})
	mux.HandleFunc("/other/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]string{"issuer": own, "jwks_uri": own + "/keys"})
	})
	mux.HandleFunc("/plain/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]string{"issuer": own + "/plain", "jwks_uri": strings.Replace(own, "https", "http", 1) + "/keys"})
	})
	mux.HandleFunc("/away/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/.well-known/openid-configuration", 302)
	})
	mux.HandleFunc("/long/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, maxDocument+1)) })
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, set(r, e)) })
	s := httptest.NewTLSServer(mux)
	defer s.Close()
	own = s.URL
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	print := Thumbprint(s.Certificate())
	byName := strings.Replace(own, "127.0.0.1", "localhost", 1)
	for name, c := range map[string]struct {
		o      Options
		issuer string
		prints []string
		ok     bool
	}{
		"trusted":           {Options{Loopback: true, Roots: roots}, own, nil, true},
		"by thumbprint":     {Options{Loopback: true, Roots: x509.NewCertPool()}, own, []string{strings.ToUpper(print)}, true},
		"by no thumbprint":  {Options{Loopback: true, Roots: x509.NewCertPool()}, own, []string{strings.Repeat("0", 40)}, false},
		"of another name":   {Options{Loopback: true, Roots: roots}, byName, []string{print}, false},
		"not its own word":  {Options{Loopback: true, Roots: roots}, own + "/other", nil, false},
		"keys in the clear": {Options{Loopback: true, Roots: roots}, own + "/plain", nil, false},
		"a redirection":     {Options{Loopback: true, Roots: roots}, own + "/away", nil, false},
		"too long":          {Options{Loopback: true, Roots: roots}, own + "/long", nil, false},
		"nothing there":     {Options{Loopback: true, Roots: roots}, own + "/gone", nil, false},
		"this machine":      {Options{Roots: roots}, own, nil, false},
		"no https":          {Options{Loopback: true, Roots: roots}, strings.Replace(own, "https", "http", 1), nil, false},
	} {
		keys, err := New(c.o).Keys(context.Background(), c.issuer, c.prints)
		if (err == nil) != c.ok || c.ok && len(keys) != 2 {
			t.Errorf("%s: %d keys, %v", name, len(keys), err)
		}
	}
	if got, err := New(Options{Loopback: true}).Top(context.Background(), own); err != nil || got != print {
		t.Errorf("thumbprint %s, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(token(`{"alg":"RS256","kid":"r"}`, `{"iss":"https://i","sub":"s","aud":["a"],"exp":1}`, none))
	f.Fuzz(func(t *testing.T, text string) {
		if parsed, err := Parse(text); err == nil && parsed.Verify(nil) == nil {
			t.Error("verified without a key")
		}
	})
}

func FuzzParseKeys(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		keys, _ := ParseKeys(raw)
		parsed, err := Parse(token(`{"alg":"ES256"}`, `{}`, func(string) []byte { return make([]byte, 64) }))
		if err != nil || parsed.Verify(keys) == nil {
			t.Errorf("%v, or zeros are a signature", err)
		}
	})
}
