package iam

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"

	api "unyo/api/iam"
)

// parseCertificate reads the one certificate of a PEM body.
func parseCertificate(body string) (*x509.Certificate, error) {
	block, rest := pem.Decode([]byte(body))
	if block == nil || block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, malformedCertificate("Certificate Body")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, malformedCertificate("Certificate Body")
	}
	return c, nil
}

func malformedCertificate(what string) error {
	return api.NewMalformedCertificateException("Unable to parse certificate. Please ensure the %s is in PEM format.", what)
}

// maxChain bounds the certificates of one chain.
const maxChain = 16

// parseChain reads the certificates that lead from leaf to a root: each has signed the one before it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadServerCertificate.html
func parseChain(leaf *x509.Certificate, body string) error {
	rest, below := []byte(body), leaf
	for n := 0; len(bytes.TrimSpace(rest)) > 0; n++ {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil || block.Type != "CERTIFICATE" || n == maxChain {
			return malformedCertificate("Certificate Chain")
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return malformedCertificate("Certificate Chain")
		}
		if below.CheckSignatureFrom(c) != nil {
			return api.NewMalformedCertificateException("Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: %d", n)
		}
		below = c
	}
	return nil
}

// checkKeyPair refuses a private key that is none, is locked by a password, or is not the certificate's.
func checkKeyPair(c *x509.Certificate, body, key string) error {
	if !holdsKey(key) {
		return api.NewMalformedCertificateException("Unable to parse key; the private key must be an unencrypted PEM-encoded key")
	}
	pair, err := tls.X509KeyPair([]byte(body), []byte(key))
	if err != nil {
		return api.NewKeyPairMismatchException("The public key certificate and the private key do not match.")
	}
	own, ok := pair.PrivateKey.(crypto.Signer)
	public, comparable := c.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !comparable || !public.Equal(own.Public()) {
		return api.NewKeyPairMismatchException("The public key certificate and the private key do not match.")
	}
	return nil
}

func holdsKey(body string) bool {
	block, _ := pem.Decode([]byte(body))
	if block == nil || block.Headers["DEK-Info"] != "" {
		return false
	}
	if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return true
	}
	if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return true
	}
	_, err := x509.ParseECPrivateKey(block.Bytes)
	return err == nil
}
