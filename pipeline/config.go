package pipeline

import (
	"context"
	"fmt"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/pipeline/track"
	"github.com/ocellus-vision/ocellus/pipeline/zone"
	"github.com/ocellus-vision/ocellus/vision"
)

// Detector finds objects in one frame after another, for one goroutine;
// ocellus.Stream is one.
type Detector interface {
	// Detect appends what a region of a picture shows to dst, best first, in
	// pixels of the picture; landmarks are valid until the next call.
	Detect(ctx context.Context, src vision.Rows, region vision.Box, dst []vision.Detection) ([]vision.Detection, error)
	// Spent says what the last Detect spent its time on.
	Spent() (prepare, infer, read time.Duration)
	// Reduction returns by how much a region of so many pixels is made
	// smaller on its way into the network.
	Reduction(w, h float32) float64
	// Score returns the least score of a detection that is worth reporting.
	Score() float32
}

// Identifier is the stage that tells who tracks are.
type Identifier interface {
	// Identify looks at the tracks of a frame that is still held, and sets
	// the Identity of those that it has come to a decision on; the others'
	// is what it was before. Of v it changes nothing else. It should be done
	// by v.Deadline, where that is not zero. An error is counted, and the
	// loop goes on.
	Identify(ctx context.Context, v *View) error
	// Forget says that a track has gone.
	Forget(track int64)
}

// Config says what a Loop does.
type Config struct {
	Name     string // of the source, in events; "": its own
	Source   capture.Source
	Detector Detector
	Models   []Model // that have a part in decisions, for events

	// Every has every frame worked on, the source waiting for it: for files
	// that are read as fast as can be. What happens in them is then timed by
	// the rate that the source tells, so that how fast they are read changes
	// nothing. Else the newest frame wins, and all is timed by capture.
	Every bool
	// Deadline is the age at which a frame is of no more use: what would be
	// done later is left out and counted. 0: none.
	Deadline time.Duration
	// Region is the part of the picture that is searched, in shares of its
	// sides, 0 to 1; the zero Box: all of it.
	Region vision.Box
	// Whole has frames read at their full size, even where the network sees a
	// much smaller picture.
	Whole bool

	// Motion says which frames are searched; nil: all.
	Motion *Motion
	// Filter says which detections count. Scores of 0 in it are the detector's
	// Score.
	Filter zone.Filter
	// Zones are what tracks are watched for.
	Zones zone.Config

	// Track says how objects are followed; nil: they are not, and each is an
	// event of its own in each frame. Scores are stretched for the tracker so
	// that what is just worth reporting has Track.High: Low and New are meant
	// on that scale.
	Track *track.Config
	// Update is how often a track that is still there is told of again; 0:
	// never.
	Update time.Duration
	Faces  Identifier // nil: nobody asks who they are

	Sinks []Sink
	Turns *Turns // shared with other loops; nil: this one has its own
}

// DefaultTrack is track.DefaultConfig with what is worth reporting also being
// worth a track.
func DefaultTrack() *track.Config {
	c := track.DefaultConfig()
	c.New = c.High
	return &c
}

// ErrConfig says which setting of a Loop makes no sense, and what it may be.
type ErrConfig struct {
	Field string // of Config
	Value any
	Want  string
}

func (e *ErrConfig) Error() string {
	return fmt.Sprintf("pipeline: %s is %v; it must be %s", e.Field, e.Value, e.Want)
}

func (c *Config) validate() error {
	r := c.Region
	switch {
	case c.Source == nil:
		return &ErrConfig{"Source", nil, "what frames come from"}
	case c.Detector == nil:
		return &ErrConfig{"Detector", nil, "what finds objects"}
	case c.Deadline < 0:
		return &ErrConfig{"Deadline", c.Deadline, "0 or more"}
	case c.Update < 0:
		return &ErrConfig{"Update", c.Update, "0 or more"}
	case r != vision.Box{} && (r.Empty() || !(r.X1 >= 0 && r.Y1 >= 0 && r.X2 <= 1 && r.Y2 <= 1)):
		return &ErrConfig{"Region", r, "a part of the picture, in shares of its sides, 0 to 1"}
	}
	return nil
}
