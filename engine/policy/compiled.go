package policy

import "sync"

// Compiled keeps compiled policies: the same text is compiled once while it is remembered. The zero value is ready.
type Compiled struct {
	mu sync.RWMutex
	m  map[source]*Document
}

// maxCompiled bounds them: every session may bring a document of its own.
const maxCompiled = 4096

type source struct {
	kind       Kind
	name, text string
}

// Parse is Parse, or what it gave before.
func (c *Compiled) Parse(kind Kind, name, text string) (*Document, error) {
	key := source{kind, name, text}
	c.mu.RLock()
	doc := c.m[key]
	c.mu.RUnlock()
	if doc != nil {
		return doc, nil
	}
	doc, err := Parse(kind, name, text)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil || len(c.m) >= maxCompiled {
		c.m = map[source]*Document{}
	}
	c.m[key] = doc
	return doc, nil
}
