// Package face tells people apart by their faces. A detector finds a face, its
// landmarks put it upright as the embedder's metadata wants it, the embedder
// makes a list of numbers of it, and two such lists of one person lie close to
// one another:
//
//	detect → landmarks → align → embed → compare
//
// It also says how good a picture of a face is: how large, how sharp, how lit,
// and which way it looks. Everything here may be used by any number of
// goroutines.
package face

import "fmt"

// ErrModel says why a model cannot be used for its part.
type ErrModel struct {
	Model string // name of the graph
	Part  string // "landmarks", "embedder" or "alignment"
	Why   string
}

func (e *ErrModel) Error() string { return fmt.Sprintf("%s: no use as %s: %s", e.Model, e.Part, e.Why) }

// ErrPoints says that landmarks are of no use: too few, in one place, or no
// numbers.
type ErrPoints struct{ Why string }

func (e *ErrPoints) Error() string { return "face: landmarks: " + e.Why }
