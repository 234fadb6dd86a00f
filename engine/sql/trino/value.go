package trino

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// appendValue appends a value as the protocol writes it: numbers as such, but decimals as texts, bytes in base64, arrays and
// rows as lists, maps as objects, all others as texts.
func appendValue(v *vector.Vector, t *types.Type, raw json.RawMessage) error {
	if bytes.Equal(raw, []byte("null")) {
		shape(v, t)
		v.AppendNull()
		return nil
	}
	switch t.Kind {
	case types.Boolean:
		var b bool
		err := json.Unmarshal(raw, &b)
		v.AppendBool(b)
		return err
	case types.Tinyint, types.Smallint, types.Integer, types.Bigint:
		n, err := strconv.ParseInt(string(raw), 10, 64)
		v.AppendInt(n)
		return err
	case types.Array, types.Row:
		return appendList(v, t, raw)
	case types.Map:
		return appendMap(v, t, raw)
	case types.Real, types.Double:
		n, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64) // "NaN", "Infinity"
		v.AppendFloat(n)
		return err
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	return appendText(v, t, text)
}

// appendText appends what the protocol writes as a text.
func appendText(v *vector.Vector, t *types.Type, text string) error {
	switch t.Kind {
	case types.Varchar, types.JSON:
		v.AppendText([]byte(text))
	case types.Char:
		v.AppendText([]byte(strings.TrimRight(text, " ")))
	case types.Varbinary, types.HyperLogLog:
		b, err := base64.StdEncoding.DecodeString(text)
		v.AppendText(b)
		return err
	case types.Decimal:
		return appendDecimal(v, t, text)
	case types.Date:
		at, err := time.Parse(time.DateOnly, text)
		v.AppendInt(at.Unix() / 86400)
		return err
	case types.Time:
		at, err := time.Parse("15:04:05.999999999", text)
		v.AppendInt(int64(at.Sub(at.Truncate(24*time.Hour)) / time.Microsecond))
		return err
	case types.Timestamp:
		at, err := time.Parse("2006-01-02 15:04:05.999999999", text)
		v.AppendInt(at.UnixMicro())
		return err
	case types.TimestampZone:
		return appendInstant(v, text)
	case types.TimeZone:
		at, err := time.Parse("15:04:05.999999999-07:00", text)
		_, seconds := at.Zone()
		v.AppendWide(types.ClockAt(int64(at.Hour()*3600+at.Minute()*60+at.Second())*1e6+int64(at.Nanosecond()/1e3), types.ZoneOffset(seconds/60)))
		return err
	case types.IPAddress:
		a, err := netip.ParseAddr(text)
		b := a.As16()
		v.AppendText(b[:])
		return err
	case types.UUID:
		var b []byte
		_, err := fmt.Sscanf(strings.ReplaceAll(text, "-", ""), "%x", &b)
		v.AppendText(b)
		return err
	default:
		return fmt.Errorf("values of type %s cannot be taken over", t)
	}
	return nil
}

func appendDecimal(v *vector.Vector, t *types.Type, text string) error {
	whole, fraction, _ := strings.Cut(text, ".")
	n, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", max(0, t.Scale-len(fraction))), 10)
	if !ok || len(fraction) > t.Scale {
		return fmt.Errorf("%q is no %s", text, t)
	}
	w, ok := types.WideOfBig(n)
	if !ok {
		return fmt.Errorf("%q is no %s", text, t)
	}
	if v.Kind == vector.Wide {
		v.AppendWide(w)
		return nil
	}
	i, ok := types.IntOf(w)
	if !ok {
		return fmt.Errorf("%q is no %s", text, t)
	}
	v.AppendInt(i)
	return nil
}

// appendInstant reads "2026-01-01 00:00:00.000 Europe/Berlin".
func appendInstant(v *vector.Vector, text string) error {
	at := strings.LastIndexByte(text, ' ')
	if at < 0 {
		return fmt.Errorf("%q has no zone", text)
	}
	zone, err := types.ZoneOf(text[at+1:])
	if err != nil {
		return err
	}
	local, err := time.Parse("2006-01-02 15:04:05.999999999", text[:at])
	if err != nil {
		return err
	}
	v.AppendWide(types.InstantOf(local.UnixMicro(), zone))
	return nil
}

// shape gives a vector of lists, maps or rows vectors for their elements.
func shape(v *vector.Vector, t *types.Type) {
	if len(v.Elems) > 0 || v.Kind != vector.List && v.Kind != vector.Map && v.Kind != vector.Row {
		return
	}
	for _, f := range t.Fields {
		v.Elems = append(v.Elems, f.Type.New())
	}
}

func appendList(v *vector.Vector, t *types.Type, raw json.RawMessage) error {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	shape(v, t)
	if t.Kind == types.Row {
		if len(list) != len(t.Fields) {
			return fmt.Errorf("a row of %d values, not %d", len(list), len(t.Fields))
		}
		for i, x := range list {
			if err := appendValue(v.Elems[i], t.Fields[i].Type, x); err != nil {
				return err
			}
		}
		v.Len++
		return nil
	}
	for _, x := range list {
		if err := appendValue(v.Elems[0], t.Elem(), x); err != nil {
			return err
		}
	}
	v.EndSpan()
	return nil
}

// appendMap reads an object; its keys are texts of whatever type they are.
func appendMap(v *vector.Vector, t *types.Type, raw json.RawMessage) error {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	shape(v, t)
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		asIs := json.RawMessage(k)
		switch t.Key().Kind {
		case types.Boolean, types.Tinyint, types.Smallint, types.Integer, types.Bigint, types.Real, types.Double:
		default:
			asIs, _ = json.Marshal(k)
		}
		if err := appendValue(v.Elems[0], t.Key(), asIs); err != nil {
			return err
		}
		if err := appendValue(v.Elems[1], t.Value(), m[k]); err != nil {
			return err
		}
	}
	v.EndSpan()
	return nil
}
