package iam

import (
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"

	api "unyo/api/iam"
)

// Keys are RSA of at least 2048 bits, as ssh-rsa or in PEM.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSSHPublicKey.html
const (
	rsaName  = "ssh-rsa"
	minRSA   = 2048
	maxRSA   = 16384
	maxUsual = 1<<31 - 1 // exponents beyond it crypto/rsa does not take
)

// parseSSHKey reads a key in either encoding and returns how SSH sends it (RFC 4253, 6.6).
func parseSSHKey(body string) ([]byte, error) {
	invalid := api.NewInvalidPublicKeyException("Invalid public key. The key must be RSA in ssh-rsa or PEM format, of at least %d bits.", minRSA)
	body = strings.TrimSpace(body)
	var key *rsa.PublicKey
	if fields := strings.Fields(body); len(fields) >= 2 && fields[0] == rsaName {
		wire, err := base64.StdEncoding.DecodeString(fields[1])
		if err != nil {
			return nil, invalid
		}
		if key = fromWire(wire); key == nil {
			return nil, invalid
		}
	} else if key = fromPEM(body); key == nil {
		return nil, invalid
	}
	if n := key.N.BitLen(); n < minRSA || n > maxRSA {
		return nil, invalid
	}
	return toWire(key), nil
}

func fromPEM(body string) *rsa.PublicKey {
	block, _ := pem.Decode([]byte(body))
	if block == nil {
		return nil
	}
	if k, err := x509.ParsePKCS1PublicKey(block.Bytes); err == nil {
		return k
	}
	k, _ := x509.ParsePKIXPublicKey(block.Bytes)
	key, _ := k.(*rsa.PublicKey)
	return key
}

func fromWire(wire []byte) *rsa.PublicKey {
	var parts [3][]byte
	for i := range parts {
		if len(wire) < 4 {
			return nil
		}
		n := binary.BigEndian.Uint32(wire)
		if uint64(n) > uint64(len(wire)-4) {
			return nil
		}
		parts[i], wire = wire[4:4+n], wire[4+n:]
	}
	e := new(big.Int).SetBytes(parts[1])
	if len(wire) > 0 || string(parts[0]) != rsaName || !e.IsInt64() || e.Int64() < 3 || e.Int64() > maxUsual {
		return nil
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(parts[2]), E: int(e.Int64())}
}

func toWire(k *rsa.PublicKey) []byte {
	var b []byte
	for _, part := range [][]byte{[]byte(rsaName), positive(big.NewInt(int64(k.E))), positive(k.N)} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return b
}

// positive writes a number so that its first bit is no sign.
func positive(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) > 0 && b[0] >= 0x80 {
		b = append([]byte{0}, b...)
	}
	return b
}

// fingerprint is the MD5 sum of a key, as SSH used to show it.
func fingerprint(wire []byte) string {
	sum := md5.Sum(wire)
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = hex.EncodeToString([]byte{b})
	}
	return strings.Join(parts, ":")
}

func encodeSSHKey(wire []byte, encoding string) (string, error) {
	switch encoding {
	case api.EncodingTypeSsh:
		return rsaName + " " + base64.StdEncoding.EncodeToString(wire), nil
	case api.EncodingTypePem:
		if k := fromWire(wire); k != nil {
			der, err := x509.MarshalPKIXPublicKey(k)
			return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), err
		}
	}
	return "", errors.New("no such encoding")
}
