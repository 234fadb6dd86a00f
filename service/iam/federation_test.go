package iam

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	api "unyo/api/iam"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/oidc"
	"unyo/engine/policy"
)

// TestOIDCProvider: a provider is found by the issuer that tokens name; without a thumbprint it is asked for one.
func TestOIDCProvider(t *testing.T) {
	f := setUp(t)
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	print := strings.Repeat("ab", 20)
	for url, code := range map[string]string{
		"http://i.example": "ValidationError", "https://i.example?x=1": "ValidationError", "https://i.example:8443": "ValidationError", "https://u@i.example": "ValidationError", "nonsense": "ValidationError",
		"https://i.example/path": "", "https://localhost:8443": "",
	} {
		if _, err := f.s.CreateOpenIDConnectProvider(f.ctx, &api.CreateOpenIDConnectProviderInput{Url: &url, ThumbprintList: []string{print}, ClientIDList: []string{"a", "a"}}); awserr.Code(err) != code {
			t.Errorf("%s: %v, want %q", url, err, code)
		}
	}
	arn := new("arn:aws:iam::111111111111:oidc-provider/i.example/path")
	if _, err := f.s.CreateOpenIDConnectProvider(f.ctx, &api.CreateOpenIDConnectProviderInput{Url: new("https://i.example/path/"), ThumbprintList: []string{print}}); awserr.Code(err) != "EntityAlreadyExists" {
		t.Errorf("made twice: %v", err)
	}
	asked, err := f.s.CreateOpenIDConnectProvider(f.ctx, &api.CreateOpenIDConnectProviderInput{Url: &server.URL})
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.s.GetOpenIDConnectProvider(f.ctx, &api.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: asked.OpenIDConnectProviderArn})
	if err != nil || len(got.ThumbprintList) != 1 || got.ThumbprintList[0] != oidc.Thumbprint(server.Certificate()) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := f.s.CreateOpenIDConnectProvider(f.ctx, &api.CreateOpenIDConnectProviderInput{Url: new("https://127.0.0.1:1")}); awserr.Code(err) != "OpenIdIdpCommunicationError" {
		t.Errorf("an issuer that is not there: %v", err)
	}
	if _, err := f.s.AddClientIDToOpenIDConnectProvider(f.ctx, &api.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, ClientID: new("b")}); err != nil {
		t.Error(err)
	}
	if _, err := f.s.RemoveClientIDFromOpenIDConnectProvider(f.ctx, &api.RemoveClientIDFromOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, ClientID: new("a")}); err != nil {
		t.Error(err)
	}
	for list, code := range map[string]string{strings.Repeat("cd", 20): "", "short": "InvalidInput"} {
		if _, err := f.s.UpdateOpenIDConnectProviderThumbprint(f.ctx, &api.UpdateOpenIDConnectProviderThumbprintInput{OpenIDConnectProviderArn: arn, ThumbprintList: []string{list}}); awserr.Code(err) != code {
			t.Errorf("%s: %v", list, err)
		}
	}
	i, ok, err := f.s.IssuerOf(f.ctx, "111111111111", "https://i.example/path")
	if err != nil || !ok || strings.Join(i.Clients, " ") != "b" || i.Thumbprints[0] != strings.Repeat("cd", 20) || i.ARN != *arn {
		t.Errorf("%+v %v, %v", i, ok, err)
	}
	for account, issuer := range map[string]string{"222222222222": "https://i.example/path", "111111111111": "https://i.example"} {
		if _, ok, err := f.s.IssuerOf(f.ctx, account, issuer); err != nil || ok {
			t.Errorf("%s believes %s", account, issuer)
		}
	}
	if _, err := f.s.TagOpenIDConnectProvider(f.ctx, &api.TagOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, Tags: []api.Tag{{Key: new("a"), Value: new("b")}, {Key: new("c"), Value: new("d")}}}); err != nil {
		t.Error(err)
	}
	if _, err := f.s.UntagOpenIDConnectProvider(f.ctx, &api.UntagOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, TagKeys: []string{"a"}}); err != nil {
		t.Error(err)
	}
	if tags, err := f.s.ListOpenIDConnectProviderTags(f.ctx, &api.ListOpenIDConnectProviderTagsInput{OpenIDConnectProviderArn: arn}); err != nil || len(tags.Tags) != 1 {
		t.Errorf("%+v, %v", tags, err)
	}
	for range 2 {
		if _, err := f.s.DeleteOpenIDConnectProvider(f.ctx, &api.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn}); err != nil {
			t.Error(err)
		}
	}
	if list, err := f.s.ListOpenIDConnectProviders(f.ctx, &api.ListOpenIDConnectProvidersInput{}); err != nil || len(list.OpenIDConnectProviderList) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestFederatedUser: what a federated user may do is what both its policies and those of the user behind it allow, and never IAM.
func TestFederatedUser(t *testing.T) {
	f := setUp(t)
	ann := f.user("ann")
	fed := call.Principal{Kind: call.FederatedUser, Account: "111111111111", Name: "bob", ARN: "arn:aws:sts::111111111111:federated-user/bob", ID: "111111111111:bob", RoleARN: ann.ARN, Parent: ann.ID}
	narrow := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:Get*","iam:*"],"Resource":"*"}}`
	root := fed
	root.RoleARN, root.Parent = ownerARN, "111111111111"
	for _, c := range []struct {
		p        call.Principal
		policies []string
		action   string
		want     bool
	}{
		{fed, nil, "s3:GetObject", false}, {fed, []string{narrow}, "s3:GetObject", true}, {fed, []string{narrow}, "s3:PutObject", false}, {fed, []string{narrow}, "iam:GetUser", false},
		{root, []string{narrow}, "s3:GetObject", true}, {root, []string{anyone}, "sts:GetSessionToken", false}, {root, nil, "s3:GetObject", false},
	} {
		c.p.SessionPolicies = c.policies
		set, err := f.s.Policies(f.ctx, &c.p)
		if err != nil {
			t.Fatal(err)
		}
		if v := policy.Evaluate(set, &policy.Request{Action: c.action, Resource: "*", Principal: &c.p}); v.Allowed != c.want {
			t.Errorf("%s by %s with %v: %+v", c.action, c.p.RoleARN, c.policies, v)
		}
	}
	if _, err := f.s.PutUserPolicy(f.ctx, &api.PutUserPolicyInput{UserName: new("ann"), PolicyName: new("p"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}`)}); err != nil {
		t.Fatal(err)
	}
	fed.SessionPolicies = []string{narrow}
	set, err := f.s.Policies(f.ctx, &fed)
	if err != nil {
		t.Fatal(err)
	}
	if v := policy.Evaluate(set, &policy.Request{Action: "s3:GetObject", Resource: "*", Principal: &fed}); v.Allowed {
		t.Error("the user behind may do it no more, and the federated one still does")
	}
	fed.Parent = "AIDAANOTHER"
	if _, err := f.s.Policies(f.ctx, &fed); err == nil {
		t.Error("another user of the name stands behind it")
	}
}

// TestSAMLProvider: metadata are read before they are believed, and kept whole however long.
func TestSAMLProvider(t *testing.T) {
	f := setUp(t)
	cert := issue(t, "idp", nil, f.k.Clock.Now().AddDate(1, 0, 0))
	long := func(n int) string {
		return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp"><IDPSSODescriptor><KeyDescriptor><X509Certificate>` + base64.StdEncoding.EncodeToString(cert.cert.Raw) +
			`</X509Certificate></KeyDescriptor></IDPSSODescriptor><!--` + strings.Repeat("x", n) + `--></EntityDescriptor>`
	}
	for text, code := range map[string]string{"<a/>": "InvalidInput", long(3 << 20): "LimitExceeded", long(100_000): ""} {
		if _, err := f.s.CreateSAMLProvider(f.ctx, &api.CreateSAMLProviderInput{Name: new("idp"), SAMLMetadataDocument: &text, Tags: []api.Tag{{Key: new("a"), Value: new("b")}}}); awserr.Code(err) != code {
			t.Errorf("%.40q: %v, want %q", text, err, code)
		}
	}
	arn := new("arn:aws:iam::111111111111:saml-provider/idp")
	for code, got := range map[string]error{
		"EntityAlreadyExists": second(f.s.CreateSAMLProvider(f.ctx, &api.CreateSAMLProviderInput{Name: new("idp"), SAMLMetadataDocument: new(long(0))})),
		"NotImplemented":      second(f.s.UpdateSAMLProvider(f.ctx, &api.UpdateSAMLProviderInput{SAMLProviderArn: arn, AssertionEncryptionMode: new("Required")})),
		"NoSuchEntity":        second(f.s.GetSAMLProvider(f.ctx, &api.GetSAMLProviderInput{SAMLProviderArn: new(*arn + "2")})),
	} {
		if awserr.Code(got) != code {
			t.Errorf("%v, want %s", got, code)
		}
	}
	for _, n := range []int{100_000, 10} {
		if n == 10 {
			if _, err := f.s.UpdateSAMLProvider(f.ctx, &api.UpdateSAMLProviderInput{SAMLProviderArn: arn, SAMLMetadataDocument: new(long(n))}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := f.s.GetSAMLProvider(f.ctx, &api.GetSAMLProviderInput{SAMLProviderArn: arn})
		if err != nil || *got.SAMLMetadataDocument != long(n) || len(got.Tags) != 1 || got.ValidUntil.Year() != 2126 {
			t.Errorf("%d: %v", n, err)
		}
	}
	if text, ok, err := f.s.MetadataOf(f.ctx, *arn); err != nil || !ok || text != long(10) {
		t.Errorf("%v, %v", ok, err)
	}
	if _, err := f.s.TagSAMLProvider(f.ctx, &api.TagSAMLProviderInput{SAMLProviderArn: arn, Tags: []api.Tag{{Key: new("c"), Value: new("d")}}}); err != nil {
		t.Error(err)
	}
	if _, err := f.s.UntagSAMLProvider(f.ctx, &api.UntagSAMLProviderInput{SAMLProviderArn: arn, TagKeys: []string{"a"}}); err != nil {
		t.Error(err)
	}
	if tags, err := f.s.ListSAMLProviderTags(f.ctx, &api.ListSAMLProviderTagsInput{SAMLProviderArn: arn}); err != nil || len(tags.Tags) != 1 {
		t.Errorf("%+v, %v", tags, err)
	}
	if _, err := f.s.DeleteSAMLProvider(f.ctx, &api.DeleteSAMLProviderInput{SAMLProviderArn: arn}); err != nil {
		t.Error(err)
	}
	if list, err := f.s.ListSAMLProviders(f.ctx, &api.ListSAMLProvidersInput{}); err != nil || len(list.SAMLProviderList) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}
