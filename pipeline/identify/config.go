package identify

import (
	"context"
	"fmt"
	"time"

	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/pipeline/vote"
	"github.com/ocellus-vision/ocellus/vision"
)

// Looker looks at a face in a picture and embeds it; face.Looker is one.
type Looker interface {
	// Look returns the face that was detected and how good the picture of it
	// is, without an embedding.
	Look(src vision.Rows, d *vision.Detection) (*face.Face, error)
	// Embed returns the embedding of that face.
	Embed(src vision.Rows) ([]float32, error)
}

// Finder finds faces in a region of a picture, best first; ocellus.Stream is
// one.
type Finder interface {
	Detect(ctx context.Context, src vision.Rows, region vision.Box, dst []vision.Detection) ([]vision.Detection, error)
}

// Config says how a Stage decides.
type Config struct {
	Looker Looker
	Known  face.Matcher
	// Label is that of tracks that are asked about: of faces, or with Find of
	// people whose faces are found first.
	Label string
	// Find finds the face of a person; nil: tracks are faces.
	Find Finder

	// Threshold is the least similarity to be one person, 0 to 1.
	Threshold float32
	Votes     vote.Config
	// MinSide is the least mean side of a face in pixels of the frame.
	MinSide float32
	// Every is how often the face of a track is looked at until there is a
	// decision, and Again how often after it. Frames that follow one another
	// closely show the same picture, and err together.
	Every, Again time.Duration
}

// DefaultConfig returns what is usual, without Looker, Known and Threshold.
func DefaultConfig() Config {
	return Config{Label: "face", Votes: vote.DefaultConfig(), MinSide: 40, Every: 100 * time.Millisecond, Again: time.Second}
}

// ErrConfig says which setting makes no sense, and what it may be.
type ErrConfig struct {
	Field string // of Config
	Value any
	Want  string
}

func (e *ErrConfig) Error() string {
	return fmt.Sprintf("identify: %s is %v; it must be %s", e.Field, e.Value, e.Want)
}

func (c *Config) validate() error {
	switch {
	case c.Looker == nil:
		return &ErrConfig{"Looker", nil, "what looks at faces"}
	case c.Known == nil:
		return &ErrConfig{"Known", nil, "who is known"}
	case !(c.Threshold > 0 && c.Threshold <= 1):
		return &ErrConfig{"Threshold", c.Threshold, "above 0 and at most 1"}
	case !(c.MinSide >= 0):
		return &ErrConfig{"MinSide", c.MinSide, "0 or more"}
	case c.Every < 0:
		return &ErrConfig{"Every", c.Every, "0 or more"}
	case c.Again < 0:
		return &ErrConfig{"Again", c.Again, "0 or more"}
	}
	return c.Votes.Validate()
}
