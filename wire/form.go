package wire

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"unyo/base/awserr"
)

// maxParameters bounds a form. A thousand resources with fifty tags each have two thousand parameters less.
const maxParameters = 100_000

// ParseForm reads the parameters of a query or ec2 request: those of the body, before those of the query
// string. It refuses what is not well encoded or not UTF-8.
func ParseForm(body []byte, query url.Values) (url.Values, error) {
	form := make(url.Values, len(query)+16)
	text := string(body)
	n := 0
	for text != "" {
		var pair string
		pair, text, _ = strings.Cut(text, "&")
		if pair == "" {
			continue
		}
		if n++; n > maxParameters {
			return nil, malformedQuery("The request has more than " + strconv.Itoa(maxParameters) + " parameters.")
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return nil, malformedQuery("The query string is malformed.")
		}
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return nil, malformedQuery("The query string is not valid UTF-8.")
		}
		form[name] = append(form[name], value)
	}
	for name, values := range query {
		if !utf8.ValidString(name) {
			return nil, malformedQuery("The query string is not valid UTF-8.")
		}
		for _, v := range values {
			if !utf8.ValidString(v) {
				return nil, malformedQuery("The query string is not valid UTF-8.")
			}
		}
		form[name] = append(form[name], values...)
	}
	return form, nil
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
func malformedQuery(message string) error {
	return awserr.New(http.StatusNotFound, "MalformedQueryString", message)
}
