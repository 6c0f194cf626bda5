package data

import (
	"errors"
	"hash/fnv"

	"github.com/ocellus-vision/ocellus/vision"
)

// Sample is one picture as training takes it, with whatever its set knows of
// it.
type Sample struct {
	Image   *vision.Image  // may be shared: it is not to be changed
	Label   int            // its class; -1 where the set has none
	Objects []Object       // in pixels of Image
	Points  []vision.Point // landmarks, in pixels of Image, in the order of the set's names
	// Swap tells which landmark takes the place of each when the picture is
	// mirrored: a left eye is a right one then. nil: each keeps its own.
	Swap []int
}

// Source is samples that are read when they are asked for, from any number of
// goroutines: Labelled, Landmarks and Set are some.
type Source interface {
	Len() int
	Name(i int) string            // where sample i comes from, for people
	Sample(i int) (Sample, error) // the error is an *ErrFile
	Hash() string                 // names what the source holds, in hex
}

// unread is an *ErrFile for a picture that cannot be decoded.
func unread(name string, err error) error {
	if err == nil {
		return nil
	}
	var e *vision.ErrImage
	if errors.As(err, &e) {
		return &ErrFile{File: name, Why: e.Why, Err: err}
	}
	return cause(name, err)
}

// inTest decides by the name of a group alone whether it belongs to the test
// part of a set that has none of its own: one group in ten does. What is added
// to a set later moves nothing from one part to the other.
func inTest(group string) bool {
	h := fnv.New64a()
	h.Write([]byte(group))
	return Draw(h.Sum64())%10 == 0
}

// inPart is inTest for a part by its name; All holds both.
func inPart(group, part string) bool { return part == All || inTest(group) == (part == Test) }
