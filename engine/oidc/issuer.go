package oidc

import (
	"context"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"unyo/base/dial"
)

// ErrCertificate is an issuer whose certificate neither the machine's authorities nor a thumbprint vouch for.
var ErrCertificate = errors.New("the issuer's certificate does not match a thumbprint")

// Options of a Client.
type Options struct {
	Loopback bool           // every listener of the estate is on loopback
	Roots    *x509.CertPool // nil: the machine's
	Timeout  time.Duration  // for all that one question needs; 0 is 5 s
}

const (
	defaultTimeout = 5 * time.Second
	maxDocument    = 512 << 10 // bytes of a document that an issuer serves
)

// Client asks issuers for their keys. It keeps none: a key that an issuer takes back counts no more with the next token.
type Client struct{ o Options }

// New makes a Client.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	return &Client{o}
}

// Keys fetches the keys of an issuer, over HTTPS, from where its configuration says.
// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
func (c *Client) Keys(ctx context.Context, issuer string, thumbprints []string) ([]Key, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	client := c.client(thumbprints)
	defer client.CloseIdleConnections()
	raw, err := get(ctx, client, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return nil, err
	}
	var conf struct {
		Issuer string
		Keys   string `json:"jwks_uri"`
	}
	if json.Unmarshal(raw, &conf) != nil || conf.Issuer != issuer {
		return nil, fmt.Errorf("the configuration is not that of %s", issuer)
	}
	if raw, err = get(ctx, client, conf.Keys); err != nil {
		return nil, err
	}
	return ParseKeys(raw)
}

func get(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is no https address", address)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s answers %s", address, answer.Status)
	case len(raw) > maxDocument:
		return nil, fmt.Errorf("%s is longer than %d bytes", address, maxDocument)
	}
	return raw, nil
}

func (c *Client) client(thumbprints []string) *http.Client {
	plain := net.Dialer{Control: dial.Guard(c.o.Loopback)}
	secure := func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		check := func(state tls.ConnectionState) error { return c.trust(host, state.PeerCertificates, thumbprints) }
		d := tls.Dialer{NetDialer: &plain, Config: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, InsecureSkipVerify: true, VerifyConnection: check}} // check does it, and knows thumbprints
		return d.DialContext(ctx, network, address)
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DialTLSContext: secure},
	}
}

// trust holds an issuer's certificates against the machine's authorities, then against the thumbprints: the topmost
// certificate that the issuer shows must have one of them, and vouch for the rest.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
func (c *Client) trust(host string, shown []*x509.Certificate, thumbprints []string) error {
	o := x509.VerifyOptions{DNSName: host, Roots: c.o.Roots, Intermediates: x509.NewCertPool()}
	for _, cert := range shown[1:] {
		o.Intermediates.AddCert(cert)
	}
	if _, err := shown[0].Verify(o); err == nil {
		return nil
	}
	top := shown[len(shown)-1]
	if !slices.ContainsFunc(thumbprints, func(t string) bool { return strings.EqualFold(t, Thumbprint(top)) }) {
		return ErrCertificate
	}
	o.Roots = x509.NewCertPool()
	o.Roots.AddCert(top)
	if _, err := shown[0].Verify(o); err != nil {
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	return nil
}

// Thumbprint is the SHA-1 sum of a certificate, in hexadecimal digits.
func Thumbprint(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw)
	return hex.EncodeToString(sum[:])
}

// Top asks an issuer for the thumbprint of the topmost certificate that it shows.
func (c *Client) Top(ctx context.Context, issuer string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	u, err := url.Parse(issuer)
	if err != nil {
		return "", err
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	d := tls.Dialer{NetDialer: &net.Dialer{Control: dial.Guard(c.o.Loopback)}, Config: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: u.Hostname(), InsecureSkipVerify: true}} // nothing is sent; what is shown is what is asked for
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	shown := conn.(*tls.Conn).ConnectionState().PeerCertificates
	return Thumbprint(shown[len(shown)-1]), nil
}
