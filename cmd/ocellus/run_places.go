package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/pipeline/out"
)

// place is where a setting has files written.
type place struct {
	setting string
	path    string
	folder  bool // that run makes where it is lacking; else it is a file in one that must be there
}

// places returns where a configuration has files written.
func places(f *config.File) (list []place) {
	for _, p := range []place{
		{"events.file", f.Events.File, false}, {"snapshots.dir", f.Snapshots.Dir, true},
		{"record.file", f.Record.File, false}, {"record.dir", f.Record.Dir, true},
	} {
		if p.path != "" {
			list = append(list, p)
		}
	}
	return list
}

// warning says why run, were it started now by this user, might not write
// there; "": it would.
func (p place) warning() string {
	dir := p.path
	if !p.folder {
		if st, err := os.Stat(p.path); err == nil && !st.Mode().IsRegular() && !st.IsDir() {
			return "" // a pipe or a terminal, beside which nothing is made
		}
		dir = filepath.Dir(p.path)
	}
	st, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && p.folder:
		return fmt.Sprintf("%s: the folder %s does not exist; run makes it, where it may", p.setting, dir)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("%s: the folder %s does not exist; make it (mkdir -p), unless the service does: systemd makes /var/lib/ocellus", p.setting, dir)
	case err != nil:
		return p.wrap(err).Error()
	case !st.IsDir():
		return p.wrap(&fs.PathError{Op: "write to", Path: dir, Err: syscall.ENOTDIR}).Error()
	}
	if err := out.Writable(dir); err != nil {
		return p.wrap(err).Error()
	}
	return ""
}

// wrap says, of an error of the system, what it means for the setting and what
// to do. Other errors stay as they are.
func (p place) wrap(err error) error {
	var cause string
	switch {
	case errors.Is(err, fs.ErrPermission):
		cause = "this user may not write there"
	case errors.Is(err, syscall.ENOTDIR):
		cause = "a file is where a folder would have to be"
	case errors.Is(err, syscall.EROFS):
		cause = "that file system can only be read"
	case errors.Is(err, fs.ErrNotExist) && p.folder:
		cause = "no folder can be made there"
	case errors.Is(err, fs.ErrNotExist):
		cause = "the folder for it does not exist"
	default:
		return err
	}
	name := p.setting
	if flag := flagOf[name]; flag != "" {
		name += " (--" + flag + ")"
	}
	return fmt.Errorf("%s: nothing can be written to %s, since %s; take another place, or make a folder that this user may write to: %w", name, p.path, cause, err)
}
