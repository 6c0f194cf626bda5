package data

import (
	"path/filepath"
	"slices"
	"sync"

	"github.com/ocellus-vision/ocellus/vision"
)

// Folders reads pictures that lie in one folder a class. Where dir holds a
// folder train, or no folders but test and val, each part has a folder of its
// own (test may be called val, and val valid or validation) and the classes are
// those of train, or else of the part. Elsewhere one picture in ten of each
// class is the test part, always the same ones.
//
// What is no picture by its ending, a class without pictures, and a class that
// train lacks are left out, or refused. The error is an *ErrFile.
func Folders(dir, part string, o Options) (*Labelled, error) {
	skipped := &skipper{strict: o.Strict}
	if parts, err := hasParts(dir); err != nil {
		return nil, err
	} else if !parts {
		if part == Val {
			return nil, noPart(dir, "has no folders train and val; cut a part off the training part instead")
		}
		s, err := readFolders(dir, []string{dir}, skipped)
		if err != nil {
			return nil, err
		}
		return tenth(s, part), nil
	}
	var roots []string
	for _, p := range partsOf(part) {
		if root := partFolder(dir, p); root != "" && !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	if len(roots) == 0 {
		return nil, noPart(dir, "has no folder %s with folders of the classes in it", part)
	}
	classes := partFolder(dir, Train)
	if classes == "" {
		classes = roots[0]
	}
	return readFolders(classes, roots, skipped)
}

// partNames are what the folder of each part may be called.
var partNames = map[string][]string{
	Train: {"train"},
	Val:   {"val", "valid", "validation"},
	Test:  {"test", "val", "valid", "validation"},
}

// hasParts reports whether the folders in dir are those of parts, not of
// classes.
func hasParts(dir string) (bool, error) {
	if partFolder(dir, Train) != "" {
		return true, nil
	}
	names, err := entries(dir)
	if err != nil {
		return false, err
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !isDir(filepath.Join(dir, n)) })
	known := func(n string) bool { return slices.Contains(partNames[Test], n) }
	return len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return !known(n) }), nil
}

func partsOf(part string) []string {
	if part == All {
		return []string{Train, Val, Test}
	}
	return []string{part}
}

// partFolder returns the folder of a part; "" where there is none.
func partFolder(dir, part string) string {
	for _, n := range partNames[part] {
		if p := filepath.Join(dir, n); isDir(p) {
			return p
		}
	}
	return ""
}

// readFolders reads the classes of some roots; classes are the folders of the
// one that names them.
func readFolders(classes string, roots []string, skipped *skipper) (*Labelled, error) {
	s := &Labelled{Kind: "folders", Source: roots[0]}
	names, err := entries(classes)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if isDir(filepath.Join(classes, n)) {
			s.Classes = append(s.Classes, n)
		}
	}
	if len(s.Classes) == 0 || len(s.Classes) > maxClasses {
		return nil, bad(classes, 0, "has %d folders; one folder a class is wanted, and at most %d", len(s.Classes), maxClasses)
	}
	var files []string
	for _, root := range roots {
		if files, err = s.addRoot(root, files, skipped); err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		return nil, skipped.none(roots[0])
	}
	s.Skipped = skipped.list
	s.fromFiles(files)
	return s, nil
}

// addRoot adds the pictures below a root to files and their labels to s.
func (s *Labelled) addRoot(root string, files []string, skipped *skipper) ([]string, error) {
	dirs, err := entries(root)
	if err != nil {
		return nil, err
	}
	for _, d := range dirs {
		path := filepath.Join(root, d)
		class, known := slices.BinarySearch(s.Classes, d)
		switch {
		case !isDir(path):
			err = skipped.skip(foreign(path, "lies beside the folders of the classes, and has none"))
		case !known:
			err = skipped.skip(bad(path, 0, "is a class that the training part lacks"))
		default:
			files, err = s.addClass(path, class, files, skipped)
		}
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

func (s *Labelled) addClass(dir string, class int, files []string, skipped *skipper) ([]string, error) {
	names, err := entries(dir)
	if err != nil {
		return nil, err
	}
	before := len(files)
	for _, n := range names {
		p := filepath.Join(dir, n)
		if !isReadable(n) || isDir(p) {
			if err := skipped.skip(foreign(p, "is no picture by its ending")); err != nil {
				return nil, err
			}
			continue
		}
		if len(files) == maxFiles {
			return nil, bad(dir, 0, "more than %d pictures", maxFiles)
		}
		files = append(files, p)
		s.labels = append(s.labels, int32(class))
	}
	if len(files) == before {
		err = skipped.skip(foreign(dir, "is a class without a picture"))
	}
	return files, err
}

// fromFiles makes the pictures of s those files.
func (s *Labelled) fromFiles(files []string) {
	s.name = func(i int) string { return files[i] }
	s.read = func(i int) (*vision.Image, error) { return loadPicture(files[i]) }
	labels := s.labels
	s.hash = sync.OnceValue(func() string {
		h := newContentHash()
		for i, f := range files {
			h.file(f)
			h.note(labels[i])
		}
		return h.sum()
	})
}
