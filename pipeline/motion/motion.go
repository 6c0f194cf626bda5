package motion

import (
	"fmt"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// Reason is what a frame was taken for.
type Reason uint8

const (
	Still    Reason = iota // nothing moves
	Motion                 // something does: Result.Regions
	Light                  // most of the picture changed at once, or has just done so, but it shows the same
	Scene                  // it shows something else than the frame before: a cut, or a camera that was turned; tracks end here
	Learning               // the background is not known yet
	reasons
)

var reasonNames = [reasons]string{"still", "motion", "light", "scene", "learning"}

func (r Reason) String() string {
	if r < reasons {
		return reasonNames[r]
	}
	return "unknown"
}

// MarshalText writes still, motion, light, scene or learning.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Result is what was found in a frame.
type Result struct {
	Reason  Reason
	Regions []vision.Box // what moves, as shares of the picture, 0..1, the largest first; valid until the next Update
	Share   float32      // of the cells, what differs from the background, 0..1
	Gain    float32      // the picture is about Gain × the background + Offset
	Offset  float32      // in levels of 0..255
}

// Config says how a Gate works. DefaultConfig is where to start.
type Config struct {
	W, H int // cells across and down, at most MaxSide each

	Threshold float32 // levels of 0..255 by which a cell differs at least; more where it is noisy
	MinCells  int     // cells that hang together make a region from this many on

	Adapt  time.Duration // time constant with which the background follows what is still
	Absorb time.Duration // the same for what differs: how long until what has stopped belongs to the background
	Learn  time.Duration // how long the first background is learned for

	LightShare float32       // of the cells; when more change at once, it is light
	Settle     time.Duration // after light, time for the camera's exposure to find its level
}

// MaxSide bounds the grid.
const MaxSide = 512

// MaxRegions is how many regions are told; the largest come first.
const MaxRegions = 32

// DefaultConfig returns settings for a grid of 80×60 cells.
func DefaultConfig() Config {
	return Config{
		W: 80, H: 60, Threshold: 12, MinCells: 4,
		Adapt: 5 * time.Second, Absorb: 30 * time.Second, Learn: time.Second,
		LightShare: 0.5, Settle: 500 * time.Millisecond,
	}
}

// ErrConfig says which setting makes no sense and what it may be.
type ErrConfig struct {
	Field string // of Config
	Value any
	Want  string
}

func (e *ErrConfig) Error() string {
	return fmt.Sprintf("motion: %s is %v; it must be %s", e.Field, e.Value, e.Want)
}

// Validate returns an *ErrConfig for the first setting that makes no sense.
func (c *Config) Validate() error {
	switch {
	case c.W < 4 || c.W > MaxSide:
		return &ErrConfig{"W", c.W, fmt.Sprintf("4 to %d", MaxSide)}
	case c.H < 4 || c.H > MaxSide:
		return &ErrConfig{"H", c.H, fmt.Sprintf("4 to %d", MaxSide)}
	case !(c.Threshold >= 1 && c.Threshold <= 128):
		return &ErrConfig{"Threshold", c.Threshold, "1 to 128"}
	case c.MinCells < 1:
		return &ErrConfig{"MinCells", c.MinCells, "at least 1"}
	case c.Adapt <= 0:
		return &ErrConfig{"Adapt", c.Adapt, "more than 0"}
	case c.Absorb < c.Adapt:
		return &ErrConfig{"Absorb", c.Absorb, fmt.Sprintf("at least Adapt, %v", c.Adapt)}
	case c.Learn < 0:
		return &ErrConfig{"Learn", c.Learn, "0 or more"}
	case !(c.LightShare > 0 && c.LightShare <= 1):
		return &ErrConfig{"LightShare", c.LightShare, "more than 0, and at most 1"}
	case c.Settle < 0:
		return &ErrConfig{"Settle", c.Settle, "0 or more"}
	}
	return nil
}

// ErrGrid says that a grid has not the cells that the Gate was made for.
type ErrGrid struct{ Got, Want int }

func (e *ErrGrid) Error() string {
	return fmt.Sprintf("motion: a grid of %d cells, want %d: give Config.W × Config.H", e.Got, e.Want)
}
