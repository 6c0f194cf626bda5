// Package atomicfile writes files that are seen whole or not at all.
package atomicfile

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// Write makes the file at path from what fill writes. The bytes go to a new
// file beside it, which takes its name only once it is complete and on disk;
// on any error what was at path before is untouched.
func Write(path string, fill func(w io.Writer) error) error { return write(path, 0, fill) }

// WriteMode is Write for a file with these permissions, whatever the umask.
func WriteMode(path string, mode fs.FileMode, fill func(w io.Writer) error) error {
	return write(path, mode, fill)
}

// write leaves the permissions to the umask where mode is 0.
func write(path string, mode fs.FileMode, fill func(w io.Writer) error) (err error) {
	f, err := create(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 64<<10)
	if err = fill(w); err != nil {
		return err
	}
	if err = w.Flush(); err != nil {
		return err
	}
	if mode != 0 {
		if err = f.Chmod(mode); err != nil {
			return err
		}
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// create opens a new file beside path. Unlike os.CreateTemp it leaves the
// permissions to the umask, as for any file that a user makes.
func create(path string) (*os.File, error) {
	dir, base := filepath.Split(path)
	for {
		name := filepath.Join(dir, "."+base+"."+strconv.FormatUint(rand.Uint64(), 36)+".tmp")
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		var e *fs.PathError
		if errors.As(err, &e) {
			e.Path = path // the name that its caller knows
		}
		if !os.IsExist(err) {
			return f, err
		}
	}
}
