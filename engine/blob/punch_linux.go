package blob

import (
	"errors"
	"os"
	"syscall"
)

// From linux/falloc.h.
const (
	keepSize  = 0x01
	punchHole = 0x02
)

func punch(f *os.File, offset, size int64) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = syscall.Fallocate(int(fd), punchHole|keepSize, offset, size) }); err != nil {
		return err
	}
	if errors.Is(failed, syscall.EOPNOTSUPP) || errors.Is(failed, syscall.ENOSYS) {
		return nil
	}
	return failed
}
