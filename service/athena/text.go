package athena

import (
	"strings"

	"unyo/kernel/store"
)

// pieceBytes is how much of a text is kept in one row: a query may be four times as long as a row.
const pieceBytes = 48 << 10

// putText keeps the text of a query, in pieces that sort as they follow.
func (s *Service) putText(tx *store.Tx, of, text string) {
	s.dropText(tx, of)
	for n := 'a'; text != ""; n++ {
		piece := text[:min(len(text), pieceBytes)]
		s.texts.Put(tx, store.Key(of, string(n)), piece)
		text = text[len(piece):]
	}
}

func (s *Service) text(tx *store.Tx, of string) string {
	var b strings.Builder
	for _, piece := range s.texts.Prefix(tx, store.Key(of, ""), "") {
		b.WriteString(piece)
	}
	return b.String()
}

func (s *Service) dropText(tx *store.Tx, of string) {
	for key := range s.texts.Prefix(tx, store.Key(of, ""), "") {
		s.texts.Delete(tx, key)
	}
}
