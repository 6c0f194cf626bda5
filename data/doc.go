// Package data reads data sets: pictures with the objects marked in them
// (YOLO's text files, Pascal VOC's XML, COCO's JSON), pictures with one class
// each (MNIST, CIFAR-10, folders, people), pictures with landmarks, and the
// pairs of LFW (Labeled Faces in the Wild). OpenSource opens any of them.
//
// What is read may come from anywhere. Sizes and counts are limited, names
// that lead out of the set's folder are refused, and whatever is wrong is an
// *ErrFile that names the file and, where there is one, the line.
package data

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrFile says that a file of a data set cannot be used, and why.
type ErrFile struct {
	File string
	Line int // from 1; 0 when it is no line that is wrong
	Why  string
	Err  error // the cause beneath; may be nil
	// Foreign says that the file is none of the set's pictures, so that nothing
	// is lost by leaving it out.
	Foreign bool
}

func (e *ErrFile) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s, line %d: %s", e.File, e.Line, e.Why)
	}
	return e.File + ": " + e.Why
}

// Unwrap returns the cause beneath, for errors.Is with fs.ErrNotExist and the
// like.
func (e *ErrFile) Unwrap() error { return e.Err }

// ErrNoPart is beneath an *ErrFile which says that a set has nothing of the part
// that was asked for: none of its pictures are damaged.
var ErrNoPart = errors.New("the set has no such part")

func noPart(file, format string, args ...any) error {
	return &ErrFile{File: file, Why: fmt.Sprintf(format, args...), Err: ErrNoPart}
}

func bad(file string, line int, format string, args ...any) error {
	return &ErrFile{File: file, Line: line, Why: fmt.Sprintf(format, args...)}
}

// foreign is an *ErrFile of a file that is no picture of a set.
func foreign(file, why string) error { return &ErrFile{File: file, Why: why, Foreign: true} }

// cause is an *ErrFile for what the system says of a file.
func cause(file string, err error) error {
	why := err.Error()
	if pe, ok := err.(*os.PathError); ok {
		why = pe.Err.Error()
	}
	return &ErrFile{File: file, Why: why, Err: err}
}

// Limits of what is read.
const (
	maxText    = 64 << 20 // bytes of a text file: labels of one picture, pairs, landmarks
	maxLine    = 64 << 10 // bytes of a line of one
	maxObjects = 100_000  // objects in one picture
	maxClasses = 100_000
	maxFiles   = 10_000_000 // pictures of one set
)

// openText opens a file whose size is within the limit for text.
func openText(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, cause(path, err)
	}
	st, err := f.Stat()
	switch {
	case err != nil:
		err = cause(path, err)
	case !st.Mode().IsRegular():
		err = bad(path, 0, "is no plain file")
	case st.Size() > maxText:
		err = bad(path, 0, "is larger than %d MiB", maxText>>20)
	default:
		return f, nil
	}
	f.Close()
	return nil, err
}

// limited reads no more than the limit for text even of a file that grows.
func limited(r io.Reader) io.Reader { return io.LimitReader(r, maxText) }
