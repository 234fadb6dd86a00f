package s3

import "unyo/kernel/store"

// stored counts a version that came (sign 1) or went (sign -1) towards what its bucket holds.
func (s *Service) stored(tx *store.Tx, b *bucket, name string, o *object, sign int64) {}
