package functions

import (
	"github.com/kljensen/snowball"
)

// stemmed are the languages whose words can be cut to their stems, by the codes that Trino's word_stem takes. It has more; those are refused.
// https://trino.io/docs/current/functions/string.html#word_stem
var stemmed = map[string]string{"en": "english", "es": "spanish", "fr": "french", "hu": "hungarian", "no": "norwegian", "ru": "russian", "sv": "swedish"}

func init() {
	p := page("string")
	stem := func(r *Row, language string) {
		name := stemmed[language]
		if name == "" {
			r.Invalid("Unknown stemmer language: %s", language)
			return
		}
		s, err := snowball.Stem(r.Text(0), name, true)
		if err != nil {
			r.Invalid("%v", err)
			return
		}
		r.PutText(s)
	}
	p.rows("word_stem(varchar) varchar", func(r *Row) { stem(r, "en") })
	p.rows("word_stem(varchar,varchar) varchar", func(r *Row) { stem(r, r.Text(1)) })
}
