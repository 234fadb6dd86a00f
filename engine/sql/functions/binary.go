package functions

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"math"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// https://trino.io/docs/current/functions/binary.html
func init() {
	p := page("binary")
	p.rows("length(varbinary) bigint", func(r *Row) { r.PutInt(int64(len(r.Bytes(0)))) })
	p.rows("reverse(varbinary) varbinary", func(r *Row) {
		b := r.Bytes(0)
		for i := range b {
			r.Out.Data = append(r.Out.Data, b[len(b)-1-i])
		}
		r.PutText("")
	})
	p.rows("to_base64(varbinary) varchar", func(r *Row) { r.PutText(base64.StdEncoding.EncodeToString(r.Bytes(0))) })
	p.rows("to_base64url(varbinary) varchar", func(r *Row) { r.PutText(base64.URLEncoding.EncodeToString(r.Bytes(0))) })
	p.rows("to_base32(varbinary) varchar", func(r *Row) { r.PutText(base32.StdEncoding.EncodeToString(r.Bytes(0))) })
	p.rows("to_hex(varbinary) varchar", func(r *Row) { r.PutText(strings.ToUpper(hex.EncodeToString(r.Bytes(0)))) })
	for _, in := range []string{"varchar", "varbinary"} {
		decode := func(name string, f func(string) ([]byte, error)) {
			p.rows(name+"("+in+") varbinary", func(r *Row) {
				b, err := f(r.Text(0))
				if err != nil {
					r.Invalid("%s: %v", name, err)
					return
				}
				r.PutBytes(b)
			})
		}
		padless := func(e *base64.Encoding) func(string) ([]byte, error) {
			return func(s string) ([]byte, error) {
				return e.WithPadding(base64.NoPadding).DecodeString(strings.TrimRight(s, "="))
			}
		}
		decode("from_base64", padless(base64.StdEncoding))
		decode("from_base64url", padless(base64.URLEncoding))
		decode("from_base32", base32.StdEncoding.DecodeString)
		decode("from_hex", hex.DecodeString)
	}
	p.rows("to_big_endian_32(integer) varbinary", func(r *Row) { r.PutBytes(binary.BigEndian.AppendUint32(nil, uint32(r.Int(0)))) })
	p.rows("to_big_endian_64(bigint) varbinary", func(r *Row) { r.PutBytes(binary.BigEndian.AppendUint64(nil, uint64(r.Int(0)))) })
	p.rows("to_ieee754_32(real) varbinary", func(r *Row) { r.PutBytes(binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(r.Float(0))))) })
	p.rows("to_ieee754_64(double) varbinary", func(r *Row) { r.PutBytes(binary.BigEndian.AppendUint64(nil, math.Float64bits(r.Float(0)))) })
	fixed := func(text string, n int, f func(r *Row, b []byte)) {
		p.rows(text, func(r *Row) {
			if len(r.Bytes(0)) != n {
				r.Invalid("expected %d-byte input, but got instead: %d", n, len(r.Bytes(0)))
				return
			}
			f(r, r.Bytes(0))
		})
	}
	fixed("from_big_endian_32(varbinary) integer", 4, func(r *Row, b []byte) { r.PutInt(int64(int32(binary.BigEndian.Uint32(b)))) })
	fixed("from_big_endian_64(varbinary) bigint", 8, func(r *Row, b []byte) { r.PutInt(int64(binary.BigEndian.Uint64(b))) })
	fixed("from_ieee754_32(varbinary) real", 4, func(r *Row, b []byte) { r.PutFloat(float64(math.Float32frombits(binary.BigEndian.Uint32(b)))) })
	fixed("from_ieee754_64(varbinary) double", 8, func(r *Row, b []byte) { r.PutFloat(math.Float64frombits(binary.BigEndian.Uint64(b))) })
	p.rows("crc32(varbinary) bigint", func(r *Row) { r.PutInt(int64(crc32.ChecksumIEEE(r.Bytes(0)))) })
	p.rows("murmur3(varbinary) varbinary", func(r *Row) { r.PutBytes(murmur3(r.Bytes(0))) })
	p.rows("xxhash64(varbinary) varbinary", func(r *Row) { r.PutBytes(binary.BigEndian.AppendUint64(nil, xxhash.Sum64(r.Bytes(0)))) })
	for name, new := range map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New} {
		p.rows(name+"(varbinary) varbinary", func(r *Row) {
			h := new()
			h.Write(r.Bytes(0))
			r.PutBytes(h.Sum(nil))
		})
		p.rows("hmac_"+name+"(varbinary,varbinary) varbinary", func(r *Row) {
			h := hmac.New(new, r.Bytes(1))
			h.Write(r.Bytes(0))
			r.PutBytes(h.Sum(nil))
		})
	}
}
