package data

import (
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/ocellus-vision/ocellus/vision"
)

// entry is a picture that is a file of its own, or lies in a tar file.
type entry struct {
	file string
	name string // within the tar file; "" for a file of its own
	span
}

func (e entry) String() string {
	if e.name == "" {
		return e.file
	}
	return e.file + ":" + e.name
}

// open returns what the picture's file holds.
func (e entry) open() (io.Reader, io.Closer, error) {
	f, err := os.Open(e.file)
	if err != nil {
		return nil, nil, err
	}
	if e.name == "" {
		return f, f, nil
	}
	return io.NewSectionReader(f, e.offset, e.size), f, nil
}

func (e entry) load() (*vision.Image, error) {
	r, c, err := e.open()
	if err != nil {
		return nil, cause(e.file, err)
	}
	defer c.Close()
	return decodePicture(e.String(), r)
}

// hash adds what the picture's file holds.
func (e entry) hash(h contentHash) {
	r, c, err := e.open()
	if err != nil {
		h.note("unread")
		return
	}
	defer c.Close()
	n, err := io.Copy(h.h, r)
	h.note(n, err != nil)
}

// tarEntries lists the pictures of tar files, by their name within.
func tarEntries(files []string) (map[string]entry, error) {
	all := map[string]entry{}
	if len(files) == 0 {
		return all, nil
	}
	f, err := OpenFaces(files...)
	if err != nil {
		return nil, err
	}
	for name, at := range f.at {
		all[name] = entry{f.tars[at.tar].Name(), name, at}
	}
	return all, f.Close()
}

// tarsIn lists the tar files in a folder.
func tarsIn(dir string) ([]string, error) {
	names, err := entries(dir)
	if err != nil {
		return nil, err
	}
	var tars []string
	for _, n := range names {
		if strings.HasSuffix(n, ".tar") {
			tars = append(tars, filepath.Join(dir, n))
		}
	}
	return tars, nil
}

// People reads pictures that lie in one folder a person, in tar files of such
// folders, or both, as LFW is. Where dir holds folders train and test those are
// the parts; elsewhere one person in ten is of the test part, by name. No
// person is in two parts, so each part has classes of its own. The error is an
// *ErrFile.
func People(dir, part string, o Options) (*Labelled, error) {
	if isDir(filepath.Join(dir, Train)) && part != All {
		root := partFolder(dir, part)
		if root == "" {
			return nil, bad(dir, 0, "has no folder %s beside train", part)
		}
		dir, part = root, All
	}
	if part == Val {
		return nil, bad(dir, 0, "has no folders train and val; cut a part off the training part instead")
	}
	skipped := &skipper{strict: o.Strict}
	found, err := peopleIn(dir, skipped)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(found))
	for n := range found {
		if inPart(path.Dir(n), part) {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return nil, skipped.none(dir)
	}
	slices.Sort(names)
	s := &Labelled{Kind: "people", Source: dir, Skipped: skipped.list}
	list := make([]entry, len(names))
	for i, n := range names {
		if who := path.Dir(n); len(s.Classes) == 0 || s.Classes[len(s.Classes)-1] != who {
			s.Classes = append(s.Classes, who)
		}
		list[i] = found[n]
		s.labels = append(s.labels, int32(len(s.Classes)-1))
	}
	s.fromEntries(list)
	return s, nil
}

// peopleIn lists pictures by person/file.
func peopleIn(dir string, skipped *skipper) (map[string]entry, error) {
	tars, err := tarsIn(dir)
	if err != nil {
		return nil, err
	}
	found, err := tarEntries(tars)
	if err != nil {
		return nil, err
	}
	for n := range found {
		if strings.Count(n, "/") != 1 {
			if err := skipped.skip(bad(found[n].String(), 0, "lies in no folder of a person")); err != nil {
				return nil, err
			}
			delete(found, n)
		}
	}
	people, err := entries(dir)
	if err != nil {
		return nil, err
	}
	for _, who := range people {
		if !isDir(filepath.Join(dir, who)) {
			continue
		}
		files, err := entries(filepath.Join(dir, who))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			p := filepath.Join(dir, who, f)
			if !isReadable(f) || isDir(p) {
				if err := skipped.skip(bad(p, 0, "is no picture by its ending")); err != nil {
					return nil, err
				}
				continue
			}
			found[who+"/"+f] = entry{file: p}
		}
	}
	return found, nil
}

// fromEntries makes the pictures of s those entries.
func (s *Labelled) fromEntries(list []entry) {
	s.name = func(i int) string { return list[i].String() }
	s.read = func(i int) (*vision.Image, error) { return list[i].load() }
	labels := s.labels
	s.hash = sync.OnceValue(func() string {
		h := newContentHash()
		for i, e := range list {
			e.hash(h)
			h.note(labels[i])
		}
		return h.sum()
	})
}
