//go:build linux || darwin

package out

import "golang.org/x/sys/unix"

// Free returns how many bytes of the file system that a folder is on are free
// for who does not rule it.
func Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
