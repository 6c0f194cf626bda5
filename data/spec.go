package data

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Parts of a set. Val is only there where a set has a folder of that name;
// elsewhere it is cut off the training part, see Labelled.Split.
const (
	Train = "train"
	Val   = "val"
	Test  = "test"
	All   = "all" // whatever there is
)

// Options say how a set is opened.
type Options struct {
	// Strict makes an error of every file that is missing, cut short or
	// wrongly labelled. Without it such files are left out, and named in what
	// the set has Skipped.
	Strict bool
}

// kinds are what a spec may begin with.
var kinds = []struct {
	name, help string
	open       func(path, part string, o Options) (Source, error)
}{
	{"mnist", "folder of train-images-idx3-ubyte and so on, t10k-… alone too, with or without .gz", opener(func(dir, part string, _ Options) (*Labelled, error) { return MNIST(dir, part) })},
	{"fashion", "the same of Fashion-MNIST; 'fashion:' alone is Debian's package dataset-fashion-mnist", opener(fashion)},
	{"cifar10", "folder of data_batch_1.bin … and test_batch.bin, or of …tar.gz of pictures as train/3_cat/0001.jpg; or one such file", opener(CIFAR10)},
	{"folders", "folder of one folder a class, or of train, test and val with such in them", opener(Folders)},
	{"people", "folder of one folder a person, or of tar files of such, as LFW", opener(People)},
	{"landmarks", "CSV of image,left_eye_x,left_eye_y,… or a folder of such", func(path, part string, o Options) (Source, error) { return source(OpenLandmarks(path, part, o)) }},
	{"boxes", "folder of YOLO or Pascal VOC, or a JSON file of COCO", func(path, part string, _ Options) (Source, error) { return source(openBoxes(path, part)) }},
}

// source makes no Source of a pointer that is nil.
func source[S Source](s S, err error) (Source, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

func opener(open func(path, part string, o Options) (*Labelled, error)) func(string, string, Options) (Source, error) {
	return func(path, part string, o Options) (Source, error) { return source(open(path, part, o)) }
}

// Kinds lists what a spec may begin with and what follows, a line each.
func Kinds() string {
	var b strings.Builder
	for _, k := range kinds {
		b.WriteString("    " + k.name + ":" + strings.Repeat(" ", 11-len(k.name)) + k.help + "\n")
	}
	return b.String()
}

// OpenSource reads one part (Train, Val, Test or All) of a set: its kind and
// where it is, as "cifar10:DIR". Without a kind it is told by what is there.
// The error is an *ErrFile.
func OpenSource(spec, part string, o Options) (Source, error) {
	if !slices.Contains([]string{Train, Val, Test, All}, part) {
		return nil, bad(spec, 0, "has no part %q: train, val, test and all are the parts", part)
	}
	name, path, ok := strings.Cut(spec, ":")
	if !ok {
		path = spec
		if name = tellKind(spec); name == "" {
			if _, err := os.Stat(spec); err != nil {
				return nil, cause(spec, err)
			}
			return nil, bad(spec, 0, "is of no kind that can be told; say which, as folders:%s. There are\n%s", spec, Kinds())
		}
	}
	for _, k := range kinds {
		if k.name != name {
			continue
		}
		src, err := k.open(path, part, o)
		if s, ok := src.(*Labelled); ok && o.Strict && len(s.Skipped) > 0 {
			return nil, s.Skipped[0]
		}
		return src, err
	}
	return nil, bad(spec, 0, "%q is no kind of data set; there are\n%s", name, strings.TrimSuffix(Kinds(), "\n"))
}

// OpenLabelled is OpenSource for sets whose pictures have one class each.
func OpenLabelled(spec, part string, o Options) (*Labelled, error) {
	src, err := OpenSource(spec, part, o)
	if err != nil {
		return nil, err
	}
	s, ok := src.(*Labelled)
	if !ok {
		return nil, bad(spec, 0, "has landmarks or boxes, but no class for each picture")
	}
	return s, nil
}

// tellKind tells a set's kind by what is there; "" where it cannot.
func tellKind(path string) string {
	if !isDir(path) {
		switch strings.ToLower(filepath.Ext(path)) {
		case ".gz", ".tgz", ".bin":
			return "cifar10"
		case ".csv":
			return "landmarks"
		case ".json":
			return "boxes"
		}
		return ""
	}
	names, err := entries(path)
	if err != nil {
		return ""
	}
	has := func(ok func(string) bool) bool { return slices.ContainsFunc(names, ok) }
	switch {
	case has(idxImages.MatchString):
		return "mnist"
	case has(func(n string) bool { return strings.HasPrefix(n, "data_batch") || strings.HasPrefix(n, "test_batch") }):
		return "cifar10"
	case slices.Contains(names, "labels"), slices.Contains(names, "Annotations"), slices.Contains(names, "annotations"):
		return "boxes"
	case has(func(n string) bool { return strings.HasSuffix(n, ".tar") }):
		return "people"
	case has(func(n string) bool { return isDir(filepath.Join(path, n)) }):
		return "folders"
	}
	return ""
}

// openBoxes is Open; such sets have no parts but by their file names.
func openBoxes(path, part string) (*Set, error) {
	s, err := Open(path, "")
	if err != nil {
		return nil, err
	}
	return s.where(func(p string) bool { return inPart(filepath.Base(p), part) }), nil
}
