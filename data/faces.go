package data

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// Faces is the pictures of LFW: folders that hold Name/Name_0001.jpg, tar
// files that do, or some of both. Tar files are read where they are, without
// unpacking. It may be used by any number of goroutines.
type Faces struct {
	folders []string
	tars    []*os.File
	at      map[string]span // by name within the tar files
	opened  []string
}

// span is where a picture lies in a tar file.
type span struct {
	tar          int
	offset, size int64
}

// maxPictureFile bounds the bytes of one picture in a tar file.
const maxPictureFile = 256 << 20

// OpenFaces opens folders and tar files; the list of what a tar file holds is
// read now. The error is an *ErrFile.
func OpenFaces(names ...string) (*Faces, error) {
	s := &Faces{at: map[string]span{}, opened: names}
	if len(names) == 0 {
		return nil, &ErrFile{File: "pictures", Why: "no folder and no tar file is named"}
	}
	for _, n := range names {
		if isDir(n) {
			s.folders = append(s.folders, n)
			continue
		}
		if err := s.openTar(n); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func (s *Faces) openTar(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return cause(name, err)
	}
	s.tars = append(s.tars, f)
	return s.index(name, f, len(s.tars)-1)
}

// index notes where each picture lies. The reader of archives takes its
// headers a block at a time and skips contents by seeking, so after each
// header r stands where the contents begin.
func (s *Faces) index(name string, r io.ReadSeeker, number int) error {
	t := tar.NewReader(r)
	for found := 0; ; {
		h, err := t.Next()
		switch {
		case err == io.EOF && found == 0:
			return bad(name, 0, "holds no picture: a tar file of Name/Name_0001.jpg is wanted")
		case err == io.EOF:
			return nil
		case err != nil:
			return &ErrFile{File: name, Why: "no good tar file: " + err.Error(), Err: err}
		}
		entry := path.Clean(h.Name)
		if h.Typeflag != tar.TypeReg || sparse(h) || !isPicture(entry) {
			continue
		}
		at, err := r.Seek(0, io.SeekCurrent)
		switch {
		case err != nil:
			return cause(name, err)
		case h.Size > maxPictureFile:
			return bad(name, 0, "%.80q has %d bytes, the limit is %d", entry, h.Size, maxPictureFile)
		case len(s.at) == maxFiles:
			return bad(name, 0, "more than %d pictures", maxFiles)
		}
		if _, ok := s.at[entry]; ok {
			return bad(name, 0, "%.80q is in it twice, or in another tar file too", entry)
		}
		s.at[entry] = span{number, at, h.Size}
		found++
	}
}

// sparse reports whether what lies in the file is not what is to be read.
func sparse(h *tar.Header) bool {
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// Load reads the picture.
func (s *Faces) Load(r FaceRef) (*vision.Image, error) {
	if !goodName(r.Name) {
		return nil, bad(r.Name, 0, "is no name of a person")
	}
	file := r.File()
	if at, ok := s.at[file]; ok {
		f := s.tars[at.tar]
		return vision.Decode(f.Name()+":"+file, io.NewSectionReader(f, at.offset, at.size))
	}
	for _, dir := range s.folders {
		p := filepath.Join(dir, filepath.FromSlash(file))
		if exists(p) {
			return vision.Load(p)
		}
	}
	return nil, &ErrFile{File: file, Why: "is in none of " + strings.Join(s.opened, ", "), Err: fs.ErrNotExist}
}

// Close closes the tar files.
func (s *Faces) Close() error {
	var errs []error
	for _, f := range s.tars {
		errs = append(errs, f.Close())
	}
	s.tars = nil
	return errors.Join(errs...)
}
