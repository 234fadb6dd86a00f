package sensitive

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func every() []*Kind {
	employee, err := Custom("EmployeeId", `EmployeeId-\d{9}`)
	if err != nil {
		panic(err)
	}
	return append(slices.Clone(managed), employee)
}

// What is found of each kind, and what looks alike and is none.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-managed-data-identifiers.html
func TestMask(t *testing.T) {
	kinds := every()
	const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	stars := func(n int) string { return strings.Repeat("*", n) }
	for in, want := range map[string]string{
		"":                                     "",
		"plain":                                "plain",
		"mail from ann@example.com, ok":        "mail from " + stars(15) + ", ok",
		"{\"to\":\"a.b+c@x-y.example.org\"}":   "{\"to\":\"" + stars(21) + "\"}",
		"ann@localhost and @example.com":       "ann@localhost and @example.com",
		"from 10.0.0.1 to 192.168.17.255":      "from " + stars(8) + " to " + stars(14),
		"version 1.2.3 and 1.2.3.4.5":          "version 1.2.3 and 1.2.3.4.5",
		"256.1.1.1 is none":                    "256.1.1.1 is none",
		"at 12:34:56 from 2001:db8::1":         "at 12:34:56 from " + stars(11),
		"[::1]:8080":                           "[" + stars(3) + "]:8080",
		"std::vector and a::b":                 "std::vector and ****", // an address it is
		"card 4111111111111111 paid":           "card " + stars(16) + " paid",
		"card: 4111-1111-1111-1111":            "card: " + stars(19),
		"card 4111111111111112":                "card 4111111111111112",  // check digit
		"order 4111111111111111":               "order 4111111111111111", // no word
		"card 9111111111111111":                "card 9111111111111111",  // no issuer's
		"Visa 378282246310005":                 "Visa " + stars(15),
		"4111111111111111 was the credit card": stars(16) + " was the credit card",
		"card" + strings.Repeat(".", 30) + "4111111111111111": "card" + strings.Repeat(".", 30) + stars(16),
		"card" + strings.Repeat(".", 31) + "4111111111111111": "card" + strings.Repeat(".", 31) + "4111111111111111",
		"discard 4111111111111111":                            "discard 4111111111111111",
		"aws_secret_access_key=" + secret:                     "aws_secret_access_key=" + stars(40),
		"secret-key: " + secret:                               "secret-key: " + stars(40),
		"digest " + secret:                                    "digest " + secret,
		"secret key " + secret + "x":                          "secret key " + secret + "x",
		"ssn 078-05-1120":                                     "ssn " + stars(11),
		"Social_Security: 078051120":                          "Social_Security: " + stars(9),
		"ssn 000-05-1120":                                     "ssn 000-05-1120",
		"part 078-05-1120":                                    "part 078-05-1120",
		"phone (206) 555-0100":                                "phone " + stars(14),
		"tel: +1 206-555-0100":                                "tel: " + stars(15),
		"number 206-555-0100":                                 "number 206-555-0100",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nx": stars(67-6) + "\nx",
		"EmployeeId-123456789 came":            stars(20) + " came",
		"EmployeeId-12345678 came":             "EmployeeId-12345678 came",
		"\xff\x00 10.0.0.1 \xfe":               "\xff\x00 " + stars(8) + " \xfe",
		"x@example.com ann@example.com;y@z.de": stars(13) + " " + stars(15) + ";" + stars(6),
	} {
		got := string(Mask([]byte(in), Find([]byte(in), kinds)))
		if strings.Contains(in, "BEGIN RSA") {
			if strings.Contains(got, "MIIE") || !strings.HasSuffix(got, "*\nx") {
				t.Errorf("%q: %q", in, got)
			}
			continue
		}
		if got != want {
			t.Errorf("%q\ngot  %q\nwant %q", in, got, want)
		}
	}
}

func TestManagedIsInOrder(t *testing.T) {
	if !slices.IsSortedFunc(managed, func(a, b *Kind) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("Managed searches by name")
	}
	if _, ok := Managed("EmailAddress"); !ok {
		t.Error("EmailAddress is not found")
	}
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-custom-data-identifiers.html
func TestCustomRefusals(t *testing.T) {
	for _, x := range [][2]string{{"", "a"}, {"a b", "a"}, {strings.Repeat("a", 129), "a"}, {"a", ""}, {"a", strings.Repeat("a", 201)}, {"a", "(a)"}, {"a", "[a"}, {"EmailAddress", "a"}} {
		if _, err := Custom(x[0], x[1]); err == nil {
			t.Errorf("%q %q was taken", x[0], x[1])
		}
	}
}

// Whatever comes in: places lie within the message and in order, and masking hides nothing else and adds no characters.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"card 4111111111111111", "ann@example.com 10.0.0.1 ::1", "ssn 078-05-1120\xff", "phone 2065550100"} {
		f.Add([]byte(s))
	}
	kinds := every()
	f.Fuzz(func(t *testing.T, message []byte) {
		list := Find(message, kinds)
		last := 0
		for _, x := range list {
			if x.Start < last || x.End <= x.Start || x.End > len(message) {
				t.Fatalf("%+v in %d bytes behind %d", x, len(message), last)
			}
			last = x.Start
		}
		masked := Mask(message, list)
		if utf8.Valid(message) && utf8.RuneCount(masked) != utf8.RuneCount(message) {
			t.Fatalf("%q became %q", message, masked)
		}
		if len(list) == 0 && !bytes.Equal(masked, message) {
			t.Fatalf("%q became %q though nothing was found", message, masked)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	line := []byte(`10.12.0.7 - - [26/Nov/2026:02:10:44 +0000] "GET /cart?card=1 HTTP/1.1" 200 5321 "https://example.com/" "Mozilla/5.0 (X11; Linux x86_64)"`)
	b.SetBytes(int64(len(line)))
	kinds := every()
	for b.Loop() {
		Find(line, kinds)
	}
}
