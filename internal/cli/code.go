package cli

import (
	"errors"
	"io/fs"
	"os/exec"
)

// CodeOf returns the exit code of an error: its own where it has one; Missing
// for what a machine lacks; BadInput for the rest, since what remains are the
// typed errors of readers and compilers.
func CodeOf(err error) int {
	var e *Error
	var path *fs.PathError
	switch {
	case err == nil:
		return OK
	case errors.As(err, &e):
		return e.Code
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission), errors.Is(err, exec.ErrNotFound):
		return Missing
	case errors.As(err, &path):
		return Missing
	}
	return BadInput
}
