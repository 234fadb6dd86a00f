package transform

import "strings"

// names are those of days and months in a language.
type names struct{ months, shortMonths, days, shortDays, halves []string }

// languages are those whose names are known, as Java's locale data has them within a date.
var languages = map[string]*names{
	"en": made("January February March April May June July August September October November December", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
		"Sunday Monday Tuesday Wednesday Thursday Friday Saturday", "Sun Mon Tue Wed Thu Fri Sat", "AM PM"),
	"de": made("Januar Februar März April Mai Juni Juli August September Oktober November Dezember", "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
		"Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag", "So. Mo. Di. Mi. Do. Fr. Sa.", "AM PM"),
	"fr": made("janvier février mars avril mai juin juillet août septembre octobre novembre décembre", "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
		"dimanche lundi mardi mercredi jeudi vendredi samedi", "dim. lun. mar. mer. jeu. ven. sam.", "AM PM"),
	"es": made("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre", "ene feb mar abr may jun jul ago sept oct nov dic",
		"domingo lunes martes miércoles jueves viernes sábado", "dom lun mar mié jue vie sáb", "a.m. p.m."),
	"it": made("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre", "gen feb mar apr mag giu lug ago set ott nov dic",
		"domenica lunedì martedì mercoledì giovedì venerdì sabato", "dom lun mar mer gio ven sab", "AM PM"),
	"pt": made("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro", "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
		"domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado", "dom. seg. ter. qua. qui. sex. sáb.", "AM PM"),
	"nl": made("januari februari maart april mei juni juli augustus september oktober november december", "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
		"zondag maandag dinsdag woensdag donderdag vrijdag zaterdag", "zo ma di wo do vr za", "a.m. p.m."),
	"ja": made("1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月", "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
		"日曜日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日", "日 月 火 水 木 金 土", "午前 午後"),
}

func made(months, shortMonths, days, shortDays, halves string) *names {
	return &names{strings.Fields(months), strings.Fields(shortMonths), strings.Fields(days), strings.Fields(shortDays), strings.Fields(halves)}
}

// namesOf finds those of a locale: de, de_DE or de-DE.
func namesOf(locale string) (*names, bool) {
	if locale == "" || strings.EqualFold(locale, "root") {
		locale = "en"
	}
	language, _, _ := strings.Cut(strings.ReplaceAll(locale, "-", "_"), "_")
	n, ok := languages[strings.ToLower(language)]
	return n, ok
}

// longest finds which name of some lists a text begins with, in any case of letters, and how long it is; -1 when none.
func longest(text string, lists [][]string) (which, n int) {
	which = -1
	for _, list := range lists {
		for i, name := range list {
			if len(name) > n && len(text) >= len(name) && strings.EqualFold(text[:len(name)], name) {
				which, n = i, len(name)
			}
		}
	}
	return which, n
}
