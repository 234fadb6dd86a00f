package blob

import (
	"crypto/aes"
	"errors"

	"github.com/minio/crc64nvme"

	"unyo/base/must"
)

// Checker reads blobs of a directory that no Store has open, and changes nothing.
type Checker struct{ s *Store }

// Check returns a Checker of the blobs in dir, whose keys are wrapped under key.
func Check(dir string, key [32]byte) *Checker {
	return &Checker{&Store{dir: dir, disk: osDisk{}, key: must.Do(aes.NewCipher(key[:]))}}
}

// Blob reads all of a blob and compares it with its sum, large ones too. It returns ErrDamaged, and why.
func (c *Checker) Blob(ref Ref) error {
	r, err := c.s.Read(ref, 0, -1)
	if err != nil || ref.empty() {
		return err
	}
	sum := crc64nvme.New()
	if _, err := r.WriteTo(sum); err != nil {
		return errors.Join(damaged(ref, err), r.Close())
	}
	if err := r.Close(); err != nil {
		return damaged(ref, err)
	}
	if sum.Sum64() != ref.Sum {
		return damaged(ref, errors.New("it does not match its sum"))
	}
	return nil
}
