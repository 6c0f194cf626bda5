package out

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Limits bound what a folder holds of us. Files that others put there are
// neither counted nor deleted.
type Limits struct {
	Files   int   // at most; 0: any number
	Bytes   int64 // that they take at most; 0: any number
	MinFree int64 // of the file system, below which nothing is written; 0: to the last byte
}

// folder keeps the files of one kind in a folder within limits: the oldest
// are deleted. Names begin with the moment at which the file was begun, so
// that they sort by age. It serves one goroutine.
type folder struct {
	dir    string
	limits Limits
	free   func(dir string) (int64, error)
	files  []entry // the oldest first
	bytes  int64
}

type entry struct {
	name string
	size int64
}

// stampForm begins a file's name. There is no colon, which some file systems
// lack, and all have the same length.
const stampForm = "20060102T150405.000Z"

var stamped = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{8}T\d{6}\.\d{3}Z-[^/]*$`) })

// openFolder makes a folder and finds the files of ours in it, those that
// begin with a stamp, and end so. The error is an *ErrOption, or a
// *fs.PathError where files cannot be made there.
func openFolder(dir, ending string, limits Limits) (*folder, error) {
	switch {
	case limits.Files < 0:
		return nil, &ErrOption{"Files", limits.Files, "0 or more"}
	case limits.Bytes < 0:
		return nil, &ErrOption{"Bytes", limits.Bytes, "0 or more"}
	case limits.MinFree < 0:
		return nil, &ErrOption{"MinFree", limits.MinFree, "0 or more bytes"}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := Writable(dir); err != nil {
		return nil, err
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	f := &folder{dir: dir, limits: limits, free: Free}
	for _, e := range list { // sorted by name
		if !stamped().MatchString(e.Name()) || !strings.HasSuffix(e.Name(), ending) || !e.Type().IsRegular() {
			continue
		}
		if info, err := e.Info(); err == nil {
			f.files = append(f.files, entry{e.Name(), info.Size()})
			f.bytes += info.Size()
		}
	}
	return f, nil
}

// path returns where a file of that name is.
func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// room deletes the oldest files until one of size bytes can be added, and
// says why it cannot where there are none left. but is one that stays.
func (f *folder) room(size int64, but string) error {
	if f.limits.Bytes > 0 && size > f.limits.Bytes {
		return fmt.Errorf("a file of %d bytes, where all may take %d", size, f.limits.Bytes)
	}
	for {
		short, err := f.short(size, but)
		if err != nil || !short {
			return err
		}
		if !f.deleteOldest(but) {
			return ErrNoRoom
		}
	}
}

// short says whether a file of size bytes is too much. What but takes now is
// going to be free.
func (f *folder) short(size int64, but string) (bool, error) {
	files, bytes := len(f.files), f.bytes
	if i := f.find(but); i >= 0 {
		files, bytes = files-1, bytes-f.files[i].size
	}
	if f.limits.Files > 0 && files+1 > f.limits.Files || f.limits.Bytes > 0 && bytes+size > f.limits.Bytes {
		return true, nil
	}
	if f.limits.MinFree == 0 {
		return false, nil
	}
	free, err := f.free(f.dir)
	if errors.Is(err, errors.ErrUnsupported) {
		return false, nil
	}
	return free-size < f.limits.MinFree, err
}

// deleteOldest deletes the oldest file but one, false: there is none.
func (f *folder) deleteOldest(but string) bool {
	for i, e := range f.files {
		if e.name == but {
			continue
		}
		// One that cannot be deleted is not counted any more, else it would
		// be tried for ever.
		_ = os.Remove(f.path(e.name))
		f.bytes -= e.size
		f.files = slices.Delete(f.files, i, i+1)
		return true
	}
	return false
}

// add takes in that a file has been written.
func (f *folder) add(name string, size int64) {
	if i := f.find(name); i >= 0 {
		f.bytes += size - f.files[i].size
		f.files[i].size = size
		return
	}
	at, _ := slices.BinarySearchFunc(f.files, name, func(e entry, name string) int { return strings.Compare(e.name, name) })
	f.files = slices.Insert(f.files, at, entry{name, size})
	f.bytes += size
}

func (f *folder) find(name string) int {
	at, ok := slices.BinarySearchFunc(f.files, name, func(e entry, name string) int { return strings.Compare(e.name, name) })
	if !ok {
		return -1
	}
	return at
}

// safeName makes of any text a part of a file's name.
func safeName(s string) string {
	const most = 48
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-', r == '.':
			return r
		}
		return '_'
	}, s)
	return s[:min(len(s), most)]
}
