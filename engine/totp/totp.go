// Package totp makes and checks the codes of virtual MFA devices: RFC 6238 with SHA-1, six digits and steps of 30 seconds, which is what
// authenticator applications show.
package totp

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"time"
)

// Step is how long a code is shown.
const Step = 30 * time.Second

// drift is how many steps a device's clock may be off, to either side.
const drift = 1

// StepAt is the number of the step at an instant.
func StepAt(t time.Time) int64 { return t.Unix() / int64(Step/time.Second) }

// Code is what a device with that seed shows in a step.
func Code(seed []byte, step int64) string {
	mac := hmac.New(sha1.New, seed)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// Find returns the step after the one given last in which a device shows the code, near an instant. The device's clock is known to be off by some
// steps. ok=false: in none.
func Find(seed []byte, code string, at time.Time, off, last int64) (step int64, ok bool) {
	now := StepAt(at) + off
	for step = now - drift; step <= now+drift; step++ {
		if step > last && matches(seed, code, step) {
			return step, true
		}
	}
	return 0, false
}

// astray is how many steps off a clock is looked for: a day, to either side.
const astray = int64(24 * time.Hour / Step)

// Resync returns the step in which a device whose clock has gone astray shows the first of two codes in a row: the one nearest to the instant, after
// the step given last. RFC 6238, 6.
func Resync(seed []byte, first, second string, at time.Time, last int64) (step int64, ok bool) {
	now := StepAt(at)
	for away := int64(0); away <= astray; away++ {
		for _, step := range [2]int64{now - away, now + away} {
			if step > last && matches(seed, first, step) && matches(seed, second, step+1) {
				return step, true
			}
		}
	}
	return 0, false
}

func matches(seed []byte, code string, step int64) bool {
	return subtle.ConstantTimeCompare([]byte(Code(seed, step)), []byte(code)) == 1
}
