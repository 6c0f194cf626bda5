//go:build linux || darwin

package out

import (
	"os"

	"golang.org/x/sys/unix"
)

// Free returns how many bytes of the file system that a folder is on are free
// for who does not rule it.
func Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}

// Writable returns why files cannot be made in a folder, as far as that can be
// told without making one.
func Writable(dir string) error {
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return &os.PathError{Op: "write to", Path: dir, Err: err}
	}
	return nil
}
