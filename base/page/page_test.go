package page

import (
	"iter"
	"strings"
	"testing"
)

// below counts up from behind after to n.
func below(after string, n int) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for i := range n {
			if key := string(rune('a' + i)); key > after && !yield(key, i) {
				return
			}
		}
	}
}

// Pages of any size hold each row that belongs once, and the last has no successor, also when rows that do not belong follow it.
func TestCollect(t *testing.T) {
	for most := 1; most <= 7; most++ {
		var all, pages []string
		token := ""
		for {
			after, err := After("q", token)
			if err != nil {
				t.Fatal(err)
			}
			items, next := Collect("q", most, below(after, 10), func(key string, v int) (string, bool) { return key, v%2 == 0 && v < 8 })
			all, pages = append(all, items...), append(pages, strings.Join(items, ""))
			if next == nil {
				break
			}
			if len(items) != most {
				t.Errorf("%d at most: %q goes on", most, items)
			}
			token = *next
		}
		if strings.Join(all, "") != "aceg" || pages[len(pages)-1] == "" {
			t.Errorf("%d at most: %q", most, pages)
		}
	}
	if items, next := Collect("q", 3, below("", 0), func(string, int) (string, bool) { return "", true }); items == nil || len(items) != 0 || next != nil {
		t.Errorf("nothing: %v %v", items, next)
	}
}

// Who looks at few rows at once answers short pages, which hold the same.
func TestCollectSome(t *testing.T) {
	for looked := 1; looked <= 11; looked++ {
		all, token, pages := "", "", 0
		for {
			after, err := After("q", token)
			if err != nil {
				t.Fatal(err)
			}
			items, next := CollectSome("q", 2, looked, below(after, 10), func(key string, v int) (string, bool) { return key, v%2 == 0 && v < 8 })
			all += strings.Join(items, "")
			if pages++; next == nil {
				break
			}
			token = *next
		}
		if all != "aceg" || pages > 11 {
			t.Errorf("%d at once: %q in %d pages", looked, all, pages)
		}
	}
}

func TestTokensOfOthers(t *testing.T) {
	if last, err := After("q", Token("q", "k")); last != "k" || err != nil {
		t.Error(last, err)
	}
	for _, token := range []string{Token("other", "k"), "!", "abc"} {
		if _, err := After("q", token); err != ErrInvalid {
			t.Errorf("%q: %v", token, err)
		}
	}
}
