package types

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// A zone in a timestamp with time zone is a number: an offset in minutes plus zoneMiddle, or, from zoneNamed on, a named zone
// in the order in which this process first met it. Nobody keeps the number longer than a query.
const (
	zoneMiddle = 1024
	zoneNamed  = 4096
)

// UTC is the zone UTC.
const UTC uint64 = zoneMiddle

var zones struct {
	sync.RWMutex
	byName map[string]uint64
	list   []*time.Location
}

// ZoneOf is the number of a zone: "UTC", "+02:00", "Europe/Berlin".
func ZoneOf(name string) (uint64, error) {
	if name == "UTC" || name == "Z" || name == "GMT" || name == "UCT" || name == "Etc/UTC" || name == "Zulu" {
		return UTC, nil
	}
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "" && (rest[0] == '+' || rest[0] == '-') {
			name = rest
			break
		}
	}
	if name != "" && (name[0] == '+' || name[0] == '-') {
		return offset(name)
	}
	zones.RLock()
	n, ok := zones.byName[name]
	zones.RUnlock()
	if ok {
		return n, nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return 0, fmt.Errorf("'%s' is not a valid time zone", name)
	}
	zones.Lock()
	defer zones.Unlock()
	if n, ok := zones.byName[name]; ok {
		return n, nil
	}
	if zones.byName == nil {
		zones.byName = map[string]uint64{}
	}
	n = zoneNamed + uint64(len(zones.list))
	zones.byName[name] = n
	zones.list = append(zones.list, loc)
	return n, nil
}

// offset reads +2, +02, +0200 and +02:00.
func offset(s string) (uint64, error) {
	var h, m int
	digits := strings.ReplaceAll(s[1:], ":", "")
	for i, c := range digits {
		if c < '0' || c > '9' || i > 3 {
			return 0, fmt.Errorf("'%s' is not a valid time zone", s)
		}
		if i < 2 {
			h = h*10 + int(c-'0')
		} else {
			m = m*10 + int(c-'0')
		}
	}
	if digits == "" || len(digits) == 3 || h > 14 || m > 59 {
		return 0, fmt.Errorf("'%s' is not a valid time zone", s)
	}
	n := h*60 + m
	if s[0] == '-' {
		n = -n
	}
	return uint64(zoneMiddle + n), nil
}

// ZoneOffset is the number of a zone of some minutes from UTC.
func ZoneOffset(minutes int) uint64 { return uint64(zoneMiddle + minutes) }

// Location is the zone of a number.
func Location(zone uint64) *time.Location {
	if zone == UTC {
		return time.UTC
	}
	if zone < zoneNamed {
		return time.FixedZone("", (int(zone)-zoneMiddle)*60)
	}
	zones.RLock()
	defer zones.RUnlock()
	return zones.list[zone-zoneNamed]
}

// ZoneName is the zone as it is written.
func ZoneName(zone uint64) string {
	if zone == UTC {
		return "UTC"
	}
	if zone < zoneNamed {
		return offsetName(zone)
	}
	return Location(zone).String()
}

func offsetName(zone uint64) string {
	m, sign := int(zone)-zoneMiddle, '+'
	if m < 0 {
		m, sign = -m, '-'
	}
	return fmt.Sprintf("%c%02d:%02d", sign, m/60, m%60)
}

const dayMicros = 86_400_000_000

// ClockOf is what a clock of the zone shows at a time of a day in UTC.
func ClockOf(w Wide) int64 { return withinDay(w.Hi + (int64(w.Lo)-zoneMiddle)*60_000_000) }

// ClockAt is the time at which a clock of the zone, which is an offset, shows local.
func ClockAt(local int64, zone uint64) Wide {
	return Wide{Hi: withinDay(local - (int64(zone)-zoneMiddle)*60_000_000), Lo: zone}
}

func withinDay(micros int64) int64 { return (micros%dayMicros + dayMicros) % dayMicros }

// OffsetAt is the zone as the offset that it has at an instant.
func OffsetAt(micros int64, zone uint64) uint64 {
	return ZoneOffset(int((LocalOf(Wide{Hi: micros, Lo: zone}) - micros) / 60_000_000))
}

// TimeOf is the instant of a timestamp with time zone, in its zone.
func TimeOf(w Wide) time.Time { return time.UnixMicro(w.Hi).In(Location(w.Lo)) }

// LocalOf is what the wall clock of the zone shows at the instant, as a timestamp without zone has it.
func LocalOf(w Wide) int64 {
	if w.Lo < zoneNamed {
		return w.Hi + (int64(w.Lo)-zoneMiddle)*60_000_000
	}
	_, off := TimeOf(w).Zone()
	return w.Hi + int64(off)*1_000_000
}

// InstantOf is the instant at which the wall clock of the zone shows local.
func InstantOf(local int64, zone uint64) Wide {
	if zone < zoneNamed {
		return Wide{Hi: local - (int64(zone)-zoneMiddle)*60_000_000, Lo: zone}
	}
	t := time.UnixMicro(local).UTC()
	at := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), Location(zone))
	return Wide{Hi: at.UnixMicro(), Lo: zone}
}
