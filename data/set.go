package data

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// Object is an object marked in a picture.
type Object struct {
	Class int        // index into the classes of the set
	Box   vision.Box // in pixels of the picture
	// Area is the pixels that the object covers: of its outline where the set
	// has that, else of the box; 0 stands for that of the box.
	Area float64
	// Crowd marks a group of objects that are not told apart: any number of
	// detections within it are neither right nor wrong.
	Crowd bool
	// Ignore marks an object that need not be found, and is not wrong to find
	// (Pascal VOC's difficult).
	Ignore bool
}

// Picture is a picture of a set and what is marked in it.
type Picture struct {
	Path    string // of the image file
	W, H    int    // in pixels; 0 where the set does not tell
	Objects []Object
}

// Set is pictures with the objects marked in them. What a picture holds is
// read when it is asked for.
type Set struct {
	Kind    string   // "YOLO", "Pascal VOC" or "COCO"
	Classes []string // names, by index

	paths []string // of the image files
	read  func(i int) (Picture, error)
}

// Len returns how many pictures the set has.
func (s *Set) Len() int { return len(s.paths) }

// Path returns the image file of picture i.
func (s *Set) Path(i int) string { return s.paths[i] }

// Picture reads what is marked in picture i. The error is an *ErrFile.
func (s *Set) Picture(i int) (Picture, error) { return s.read(i) }

// All walks over the pictures. The walk goes on after an error if the loop
// does.
func (s *Set) All() iter.Seq2[Picture, error] {
	return func(yield func(Picture, error) bool) {
		for i := range s.paths {
			if !yield(s.read(i)) {
				return
			}
		}
	}
}

// Select returns the pictures whose file name (without folders) has the form
// of a pattern as for path.Match. The error is that of a malformed pattern.
func (s *Set) Select(pattern string) (*Set, error) {
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, err
	}
	return s.where(func(p string) bool {
		ok, _ := path.Match(pattern, filepath.Base(p))
		return ok
	}), nil
}

// where returns the pictures whose path is wanted.
func (s *Set) where(want func(path string) bool) *Set {
	var at []int
	out := &Set{Kind: s.Kind, Classes: s.Classes}
	for i, p := range s.paths {
		if want(p) {
			at, out.paths = append(at, i), append(out.paths, p)
		}
	}
	out.read = func(i int) (Picture, error) { return s.read(at[i]) }
	return out
}

// Name returns the image file of picture i, for people.
func (s *Set) Name(i int) string { return s.paths[i] }

// Sample reads picture i and what is marked in it. The error is an *ErrFile.
func (s *Set) Sample(i int) (Sample, error) {
	p, err := s.read(i)
	if err != nil {
		return Sample{}, err
	}
	m, err := vision.Load(p.Path)
	if err == nil && p.W > 0 && p.H > 0 && (p.W != m.W || p.H != m.H) {
		return Sample{}, bad(p.Path, 0, "has %d×%d pixels, the data set says %d×%d", m.W, m.H, p.W, p.H)
	}
	return Sample{Image: m, Label: -1, Objects: p.Objects}, unread(p.Path, err)
}

// Hash names what the set holds, in hex. It reads every file.
func (s *Set) Hash() string {
	h := newContentHash()
	for i, path := range s.paths {
		h.file(path)
		p, err := s.read(i)
		h.note(p.Objects, err)
	}
	return h.sum()
}

// Open reads a set whose kind it tells by what is there: a file is COCO's
// JSON, a folder with labels is YOLO's, one with Annotations (or annotations)
// Pascal VOC's. images is the folder of the pictures of COCO's JSON; "" looks
// for it, see OpenCOCO.
func Open(name, images string) (*Set, error) {
	st, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, cause(name, err)
	case !st.IsDir():
		return OpenCOCO(name, images)
	case images != "":
		return nil, bad(name, 0, "is a folder, whose pictures have their place; a folder of pictures is only for COCO's JSON")
	case isDir(filepath.Join(name, "labels")):
		return OpenYOLO(name)
	case isDir(filepath.Join(name, "Annotations")), isDir(filepath.Join(name, "annotations")):
		return OpenVOC(name)
	}
	return nil, bad(name, 0, "is no data set: a folder with images, labels and classes.txt (YOLO), one with Annotations and JPEGImages (Pascal VOC), or a JSON file (COCO) is")
}

func isDir(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.IsDir()
}

// entries returns the names in a folder, sorted, hidden ones left out.
func entries(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, cause(dir, err)
	}
	defer f.Close()
	var names []string
	for {
		some, err := f.Readdirnames(4096)
		for _, n := range some {
			if !strings.HasPrefix(n, ".") {
				names = append(names, n)
			}
		}
		if len(names) > maxFiles {
			return nil, bad(dir, 0, "holds more than %d files", maxFiles)
		}
		if errors.Is(err, io.EOF) {
			slices.Sort(names)
			return names, nil
		}
		if err != nil {
			return nil, cause(dir, err)
		}
	}
}

// readClasses reads names of classes, a line each.
func readClasses(file string) ([]string, error) {
	f, err := openText(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseClasses(file, f)
}

func parseClasses(file string, r io.Reader) ([]string, error) {
	var names []string
	seen := map[string]bool{}
	for l := newLines(file, r); ; {
		name, err := l.next()
		switch {
		case err == io.EOF && len(names) == 0:
			return nil, bad(file, 0, "names no class")
		case err == io.EOF:
			return names, nil
		case err != nil:
			return nil, err
		case seen[name]:
			return nil, l.bad("class %.80q is named twice", name)
		case len(names) == maxClasses:
			return nil, l.bad("more than %d classes", maxClasses)
		}
		seen[name] = true
		names = append(names, name)
	}
}

// pictureEndings are those of files that are taken for pictures.
var pictureEndings = [...]string{".jpg", ".jpeg", ".png", ".webp", ".bmp"}

func isPicture(name string) bool {
	return slices.Contains(pictureEndings[:], strings.ToLower(filepath.Ext(name)))
}

// local returns where a name that a data set holds lies under dir. Names that
// lead elsewhere are refused.
func local(dir, name string) (string, bool) {
	p := filepath.FromSlash(name)
	if !filepath.IsLocal(p) || strings.ContainsRune(name, 0) {
		return "", false
	}
	return filepath.Join(dir, p), true
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}
