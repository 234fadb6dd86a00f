package functions

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
)

// https://trino.io/docs/current/functions/uuid.html
func init() {
	page("uuid").rows("uuid() uuid", func(r *Row) {
		var b [16]byte
		binary.LittleEndian.PutUint64(b[:8], r.Chance.Uint64())
		binary.LittleEndian.PutUint64(b[8:], r.Chance.Uint64())
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80 // version 4
		r.PutBytes(b[:])
	}, withChance)
}

func putUUID(r *Row, s string) {
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != 16 || len(s) != 36 {
		r.Fail(errCast("Cannot cast value to UUID: %s", s))
		return
	}
	r.PutBytes(b)
}

func putAddress(r *Row, s string) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		r.Fail(errCast("Cannot cast value to IPADDRESS: %s", s))
		return
	}
	b := a.As16()
	r.PutBytes(b[:])
}
