package sensitive

import (
	"bytes"
	"net/netip"
	"regexp"
	"strings"
)

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWord(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

func isBase64(c byte) bool { return isWord(c) && c != '_' || c == '/' || c == '+' || c == '=' }

func isAddress(c byte) bool { return isWord(c) || c == ':' }

// managed are the kinds that are known, in order of their names.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protect-sensitive-log-data-types-credentials.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protect-sensitive-log-data-types-device.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protect-sensitive-log-data-types-financial.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protect-sensitive-log-data-types-pii.html
var managed = []*Kind{
	{Name: "AwsSecretKey", shape: regexp.MustCompile(`[A-Za-z0-9/+]{40}`), alone: isBase64Byte,
		near: words("aws_secret_access_key", "credentials", "secret access key", "secret key", "set-awscredential")},
	{Name: "CreditCardNumber", shape: regexp.MustCompile(`[0-9](?:[ -]?[0-9]){12,18}`), alone: isWord, true: isCard, near: words(
		"account number", "american express", "amex", "bank card", "card", "card number", "card num", "cc #", "ccn", "check card", "credit", "credit card#", "dankort", "debit", "debit card",
		"diners club", "discover", "electron", "japanese card bureau", "jcb", "mastercard", "mc", "pan", "payment account number", "payment card number", "pcn", "union pay", "visa")},
	{Name: "EmailAddress", holds: "@", shape: regexp.MustCompile(`[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}`)},
	{Name: "IpAddress", shape: regexp.MustCompile(`[0-9]{1,3}(?:\.[0-9]{1,3}){3,}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:[0-9]{0,3}(?:\.[0-9]{1,3}){3})?`), alone: isAddress, true: isIP},
	{Name: "OpenSshPrivateKey", holds: "-----BEGIN ", shape: block("OPENSSH PRIVATE KEY")},
	{Name: "PgpPrivateKey", holds: "-----BEGIN ", shape: block("PGP PRIVATE KEY BLOCK")},
	{Name: "PhoneNumber-US", shape: regexp.MustCompile(`(?:\+?1[ .-]?)?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-]?)[2-9][0-9]{2}[ .-]?[0-9]{4}`), alone: isWord,
		near: words("cell", "contact", "fax", "fax number", "mobile", "phone", "phone number", "tel", "telephone", "telephone number")},
	{Name: "PkcsPrivateKey", holds: "-----BEGIN ", shape: block("(?:(?:RSA|DSA|EC|ENCRYPTED) )?PRIVATE KEY")},
	{Name: "Ssn-US", shape: regexp.MustCompile(`[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}|[0-9]{9}`), alone: isWord, true: isSSN, near: words("social security", "ss#", "ssn")},
}

func isBase64Byte(c byte) bool { return isBase64(c) && c != '=' }

func block(title string) *regexp.Regexp {
	return regexp.MustCompile(`-----BEGIN ` + title + `-----[^-]*(?:-----END ` + title + `-----)?`)
}

// isIP knows version 4 and 6, and no times of day.
func isIP(text []byte) bool {
	a, err := netip.ParseAddr(string(text))
	return err == nil && (a.Is4() || bytes.ContainsFunc(text, func(r rune) bool { return r != ':' }))
}

// isSSN leaves out what was never given out.
// https://www.ssa.gov/employer/randomization.html
func isSSN(text []byte) bool {
	d := digits(text)
	return d[:3] != "000" && d[:3] != "666" && d[0] != '9' && d[3:5] != "00" && d[5:] != "0000"
}

// isCard knows the prefixes of the issuers that AWS names, and their check digit.
func isCard(text []byte) bool {
	d := digits(text)
	known := false
	for _, p := range []string{"34", "37", "30", "36", "38", "39", "4", "51", "52", "53", "54", "55", "5019", "6011", "62", "64", "65", "35"} {
		known = known || strings.HasPrefix(d, p)
	}
	known = known || d >= "2221" && d < "2721" // Mastercard's newer range
	sum := 0
	for i := range d {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return known && sum%10 == 0
}

func digits(text []byte) string {
	return string(bytes.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text))
}
