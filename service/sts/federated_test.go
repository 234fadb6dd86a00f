package sts

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"unyo/api/rt"
	api "unyo/api/sts"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/credential"
	"unyo/engine/oidc"
	"unyo/engine/policy"
	"unyo/kernel"
)

// estate is STS on a held clock, with one role and what its account believes.
type estate struct {
	t        testing.TB
	k        *kernel.Kernel
	s        *Service
	seal     *credential.Sealer
	trust    string // the role's trust policy
	issuers  map[string]Issuer
	issuer   *issuer
	metadata map[string]string // of SAML providers
}

const roleARN = "arn:aws:iam::111111111111:role/r"

func (e *estate) Role(_ context.Context, arn string) (Role, bool, error) {
	return Role{ARN: arn, Name: "r", ID: "AROAAAAAAAAAAAAAAAAAA", Account: "111111111111", MaxSession: 7200, Tags: map[string]string{"own": "1"}}, arn == roleARN, nil
}
func (e *estate) HasPolicy(context.Context, string, string) (bool, error) { return true, nil }
func (e *estate) Credential(context.Context, string, string) (call.Credential, error) {
	return call.Credential{}, call.ErrUnknownKey
}
func (e *estate) HasAccount(_ context.Context, id string) (bool, error) {
	return id == "111111111111", nil
}
func (e *estate) RootTask(context.Context, string, string, string) (bool, error) { return false, nil }
func (e *estate) CheckMFA(context.Context, *call.Principal, string, string) (bool, error) {
	return false, nil
}
func (e *estate) TakeMFA(context.Context, *call.Principal, string, string) (bool, error) {
	return false, nil
}
func (e *estate) Issuer(_ context.Context, account, url string) (Issuer, bool, error) {
	i, ok := e.issuers[account+" "+url]
	return i, ok, nil
}

func (e *estate) Metadata(_ context.Context, provider string) (string, bool, error) {
	text, ok := e.metadata[provider]
	return text, ok, nil
}

// issuer is an identity provider on this machine.
type issuer struct {
	url  string
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

func newIssuer(t testing.TB) *issuer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key}
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/keys" {
			fmt.Fprintf(w, `{"keys":[{"kty":"RSA","kid":"1","alg":"RS256","n":"%s","e":"AQAB"}]}`, base64.RawURLEncoding.EncodeToString(key.N.Bytes()))
			return
		}
		fmt.Fprintf(w, `{"issuer":"%s","jwks_uri":"%s/keys"}`, i.url, i.url)
	}))
	t.Cleanup(s.Close)
	i.url, i.cert = s.URL, s.Certificate()
	return i
}

func (i *issuer) sign(t testing.TB, claims map[string]any) string {
	raw, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + base64.RawURLEncoding.EncodeToString(raw)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func newEstate(t testing.TB) *estate {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Seed: 1, Held: true, Start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	e := &estate{t: t, k: k, seal: credential.New([32]byte{1}), issuer: newIssuer(t)}
	e.s = New(k.For("sts"), e.seal, e, oidc.New(oidc.Options{Loopback: true}))
	provider := "arn:aws:iam::111111111111:oidc-provider/" + strings.TrimPrefix(e.issuer.url, "https://")
	e.issuers = map[string]Issuer{"111111111111 " + e.issuer.url: {ARN: provider, URL: e.issuer.url, Clients: []string{"app"}, Thumbprints: []string{oidc.Thumbprint(e.issuer.cert)}}}
	e.trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"` + provider + `"},"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"],
		"Condition":{"StringEquals":{"` + strings.TrimPrefix(provider, "arn:aws:iam::111111111111:oidc-provider/") + `:aud":"app"},"StringLike":{"` + strings.TrimPrefix(provider, "arn:aws:iam::111111111111:oidc-provider/") + `:sub":"repo:ours/*"}}}}`
	return e
}

// ctx is a call that nobody signed; what it needs is judged by the role's trust policy, as the gateway does.
func (e *estate) ctx() context.Context {
	p := call.Principal{Kind: call.Anonymous}
	ctx := call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Region: "us-east-1"}, Serial: e.k.Serial(), Service: "sts", At: e.k.Clock.Now(), Principal: p})
	return rt.WithPermit(ctx, func(_ context.Context, n rt.Need) error {
		d, err := policy.Parse(policy.Trust, "trust", e.trust)
		if err != nil {
			e.t.Fatal(err)
		}
		vouched := p
		vouched.Federated = n.Federated
		v := policy.Evaluate(&policy.Set{Resource: d}, &policy.Request{Action: n.Action, Resource: n.Resources[0], Principal: &vouched, Owner: "111111111111", ResourceMust: true, Keys: func(key string) ([]string, bool) {
			v, ok := n.Keys[key]
			return v, ok
		}})
		if !v.Allowed {
			return denied("no")
		}
		return nil
	})
}

// TestWebIdentity: a token opens a session if its issuer is believed, has signed it, for a client, for now, and the role trusts who it names.
func TestWebIdentity(t *testing.T) {
	e := newEstate(t)
	now := e.k.Clock.Now().Unix()
	claims := func(change ...any) map[string]any {
		m := map[string]any{"iss": e.issuer.url, "sub": "repo:ours/x", "aud": "app", "exp": now + 600, "iat": now}
		for i := 0; i < len(change); i += 2 {
			if m[change[i].(string)] = change[i+1]; change[i+1] == nil {
				delete(m, change[i].(string))
			}
		}
		return m
	}
	stranger := &issuer{url: e.issuer.url, key: newIssuer(t).key}
	for name, c := range map[string]struct {
		token, code, words string
	}{
		"good":                    {e.issuer.sign(t, claims()), "", ""},
		"of several":              {e.issuer.sign(t, claims("aud", []string{"other", "app"})), "", ""},
		"given to a client":       {e.issuer.sign(t, claims("aud", "service", "azp", "app")), "", ""},
		"given to another client": {e.issuer.sign(t, claims("azp", "evil")), "InvalidIdentityToken", "audience"},
		"for another":             {e.issuer.sign(t, claims("aud", "evil")), "InvalidIdentityToken", "audience"},
		"for nobody":              {e.issuer.sign(t, claims("aud", nil)), "InvalidIdentityToken", "aud"},
		"somebody else":           {e.issuer.sign(t, claims("sub", "repo:theirs/x")), "AccessDenied", "sts:AssumeRoleWithWebIdentity"},
		"nobody":                  {e.issuer.sign(t, claims("sub", nil)), "InvalidIdentityToken", "sub"},
		"expired":                 {e.issuer.sign(t, claims("exp", now)), "ExpiredTokenException", "expired"},
		"never expires":           {e.issuer.sign(t, claims("exp", nil)), "InvalidIdentityToken", "exp"},
		"of no time":              {e.issuer.sign(t, claims("iat", nil)), "InvalidIdentityToken", "iat"},
		"of tomorrow":             {e.issuer.sign(t, claims("iat", now+86400)), "InvalidIdentityToken", "not yet"},
		"not before tomorrow":     {e.issuer.sign(t, claims("nbf", now+86400)), "InvalidIdentityToken", "not yet"},
		"signed by another":       {stranger.sign(t, claims()), "InvalidIdentityToken", "signature"},
		"of another issuer":       {e.issuer.sign(t, claims("iss", "https://evil.example")), "InvalidIdentityToken", "No OpenIDConnect provider"},
		"unsigned":                {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + strings.Split(e.issuer.sign(t, claims()), ".")[1] + ".", "InvalidIdentityToken", "algorithm"},
		"no token":                {"eyJ", "InvalidIdentityToken", "not a valid JWT"},
		"with tags":               {e.issuer.sign(t, claims(tagsClaim, map[string]any{"principal_tags": map[string][]string{"team": {"red"}}, "transitive_tag_keys": []string{"team"}})), "", ""},
		"source identity":         {e.issuer.sign(t, claims(identityClaim, "ann")), "AccessDenied", "AssumeRoleWithWebIdentity"}, // the trust policy does not let it be set
	} {
		out, err := e.s.AssumeRoleWithWebIdentity(e.ctx(), &api.AssumeRoleWithWebIdentityInput{RoleArn: new(roleARN), RoleSessionName: new("ci"), WebIdentityToken: &c.token})
		if awserr.Code(err) != c.code || c.code != "" && !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, want %q", name, err, c.code)
			continue
		}
		if c.code != "" {
			continue
		}
		opened, err := e.seal.OpenSession(*out.Credentials.AccessKeyId, *out.Credentials.SessionToken)
		p := opened.Principal
		host := strings.TrimPrefix(e.issuer.url, "https://")
		if err != nil || p.RoleARN != roleARN || p.Federated != "arn:aws:iam::111111111111:oidc-provider/"+host || p.Vouched[host+":sub"][0] != "repo:ours/x" || p.Tags["own"] != "1" || *out.Audience != "app" || *out.SubjectFromWebIdentityToken != "repo:ours/x" {
			t.Errorf("%s: %+v %+v, %v", name, out, p, err)
		}
		if name == "with tags" && (p.Tags["team"] != "red" || len(p.Transitive) != 1) {
			t.Errorf("tags %v, %v go on", p.Tags, p.Transitive)
		}
	}
	other := &api.AssumeRoleWithWebIdentityInput{RoleArn: new("arn:aws:iam::222222222222:role/r"), RoleSessionName: new("ci"), WebIdentityToken: new(e.issuer.sign(t, claims()))}
	if _, err := e.s.AssumeRoleWithWebIdentity(e.ctx(), other); awserr.Code(err) != "InvalidIdentityToken" {
		t.Errorf("an account that does not believe the issuer: %v", err)
	}
	i := e.issuers["111111111111 "+e.issuer.url]
	i.Thumbprints = []string{strings.Repeat("0", 40)}
	e.issuers["111111111111 "+e.issuer.url] = i
	good := &api.AssumeRoleWithWebIdentityInput{RoleArn: new(roleARN), RoleSessionName: new("ci"), WebIdentityToken: new(e.issuer.sign(t, claims()))}
	if _, err := e.s.AssumeRoleWithWebIdentity(e.ctx(), good); awserr.Code(err) != "InvalidIdentityToken" || !strings.Contains(err.Error(), "thumbprint") {
		t.Errorf("an issuer with another certificate: %v", err)
	}
}

// TestFederationToken: only long-term credentials vouch for others, and the session says for whom.
func TestFederationToken(t *testing.T) {
	e := newEstate(t)
	ann := call.Principal{Kind: call.IAMUser, Account: "111111111111", ARN: "arn:aws:iam::111111111111:user/ann", ID: "AIDAAAAAAAAAAAAAAAAAA", Name: "ann", Tags: map[string]string{"team": "red"}}
	root := call.Principal{Kind: call.Root, Account: "111111111111", ARN: "arn:aws:iam::111111111111:root", ID: "111111111111"}
	session := ann
	session.IssuedAt = e.k.Clock.Now()
	for _, c := range []struct {
		by     call.Principal
		code   string
		length time.Duration
	}{{ann, "", 12 * time.Hour}, {root, "", time.Hour}, {session, "AccessDenied", 0}, {call.Principal{Kind: call.AssumedRole}, "AccessDenied", 0}} {
		ctx := call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Account: "111111111111"}, Serial: e.k.Serial(), Service: "sts", At: e.k.Clock.Now(), Principal: c.by})
		out, err := e.s.GetFederationToken(ctx, &api.GetFederationTokenInput{Name: new("bob"), Policy: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`), Tags: []api.Tag{{Key: new("cost"), Value: new("7")}}})
		if awserr.Code(err) != c.code {
			t.Errorf("%s: %v", c.by.ARN, err)
			continue
		}
		if c.code != "" {
			continue
		}
		opened, err := e.seal.OpenSession(*out.Credentials.AccessKeyId, *out.Credentials.SessionToken)
		p := opened.Principal
		if err != nil || p.Kind != call.FederatedUser || p.ARN != "arn:aws:sts::111111111111:federated-user/bob" || *out.FederatedUser.FederatedUserId != "111111111111:bob" || p.Parent != c.by.ID || p.Tags["cost"] != "7" || p.ExpiresAt.Sub(p.IssuedAt) != c.length {
			t.Errorf("%+v, %v", p, err)
		}
	}
}

// TestIssuerClaims: which issuers' claims become condition keys.
func TestIssuerClaims(t *testing.T) {
	for issuer, want := range map[string]string{
		"i.example": "email", "token.actions.githubusercontent.com": "workflow", "token.actions.githubusercontent.com/ours": "workflow", "token.actions.ours.ghe.com": "workflow",
		"gitlab.com": "user_login", "oidc.circleci.com/org/7": "oidc.circleci.com/project-id", "evil.example/gitlab.com": "email",
	} {
		if list := claimsOf(issuer); list[len(list)-1] != want {
			t.Errorf("%s: %v", issuer, list)
		}
	}
	token, err := oidc.Parse(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"s","aud":"a","actor_id":7,"ref_protected":true,"x":{}}`)) + ".")
	if err != nil {
		t.Fatal(err)
	}
	e, _, err := tokenEntrance(token, &Issuer{URL: "https://token.actions.githubusercontent.com", Clients: []string{"a"}})
	if err != nil || e.keys["token.actions.githubusercontent.com:actor_id"][0] != "7" || token.Strings("ref_protected")[0] != "true" || token.Strings("x") != nil {
		t.Errorf("%v, %v", e, err)
	}
}
