package victorialogs

// Busy reports whether there is something to send or to move.
func (s *Store) Busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.shelves {
		h.mu.Lock()
		busy := h.working
		h.mu.Unlock()
		if busy {
			return true
		}
	}
	return false
}

// Held is how many logs of a group VictoriaLogs surely has.
func (s *Store) Held(group string) int {
	h, err := s.shelf(group)
	if err != nil {
		panic(err)
	}
	return len(h.held())
}
