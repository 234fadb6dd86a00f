package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// rehearse runs the rehearsals, which are a program of their own beside this one: they know the product by its public API alone, and
// carry the AWS SDK, which the product does not.
func rehearse(ctx context.Context, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, filepath.Join(filepath.Dir(self), "unyo-rehearse"), args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	err = c.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.Exited():
		os.Exit(exit.ExitCode()) // it has said why
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is not there: make rehearse makes it", c.Path)
	}
	return err
}
