package policy

import (
	"strconv"
	"testing"
)

// TestCompiledIsBounded: sessions bring as many documents as they like.
func TestCompiledIsBounded(t *testing.T) {
	const text = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	var c Compiled
	first, err := c.Parse(Session, "0", text)
	if again, _ := c.Parse(Session, "0", text); err != nil || again != first {
		t.Fatalf("the same text is compiled again: %v", err)
	}
	for i := range maxCompiled + 10 {
		if _, err := c.Parse(Session, strconv.Itoa(i), text); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.m) > maxCompiled {
		t.Errorf("%d documents are kept", len(c.m))
	}
	if _, err := c.Parse(Session, "x", "{"); err == nil {
		t.Error("a broken document is kept")
	}
}
