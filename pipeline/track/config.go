package track

import (
	"fmt"
	"time"
)

// Config says how a Tracker works. DefaultConfig is where to start.
type Config struct {
	High float32 // score from which detections are paired in the first stage, 0..1
	Low  float32 // score below which detections are not looked at, at most High
	New  float32 // score from which one that no track claims starts a track, at least High

	IoU          float32 // what a pair of the first stage shares at least (intersection over union), 0..1
	LowIoU       float32 // the same in the second stage, for detections below High
	TentativeIoU float32 // the same for tracks that are not confirmed yet

	Hits    int           // frames one after another that confirm a track, at least 1
	MaxLost time.Duration // a track unseen for longer is removed; more than lies between two frames

	// Alike lists sets of classes that the detector may take for each other,
	// such as car and truck: a track may change among those of one set, and
	// its class is voted. All other classes keep to themselves.
	Alike    [][]int
	Agnostic bool // every class may become every other

	MaxObjects int // the most tracks, and detections a frame; the best come first
}

// DefaultConfig returns settings for detectors whose scores reach from 0 to 1:
// thresholds as in ByteTrack's paper, for cameras of 5 frames a second and
// more.
func DefaultConfig() Config {
	return Config{
		High: 0.5, Low: 0.1, New: 0.6,
		IoU: 0.2, LowIoU: 0.5, TentativeIoU: 0.3,
		Hits: 3, MaxLost: time.Second,
		MaxObjects: 256,
	}
}

// maxObjects bounds MaxObjects: the Hungarian algorithm takes the cube of it
// at worst.
const maxObjects = 1024

// ErrConfig says which setting makes no sense and what it may be.
type ErrConfig struct {
	Field string // of Config
	Value any
	Want  string
}

func (e *ErrConfig) Error() string {
	return fmt.Sprintf("track: %s is %v; it must be %s", e.Field, e.Value, e.Want)
}

// Validate returns an *ErrConfig for the first setting that makes no sense.
func (c *Config) Validate() error {
	for _, s := range []struct {
		name string
		v    float32
	}{{"High", c.High}, {"Low", c.Low}, {"New", c.New}, {"IoU", c.IoU}, {"LowIoU", c.LowIoU}, {"TentativeIoU", c.TentativeIoU}} {
		if !(s.v >= 0 && s.v <= 1) {
			return &ErrConfig{s.name, s.v, "0 to 1"}
		}
	}
	switch {
	case c.Low > c.High:
		return &ErrConfig{"Low", c.Low, fmt.Sprintf("at most High, %v", c.High)}
	case c.New < c.High:
		return &ErrConfig{"New", c.New, fmt.Sprintf("at least High, %v", c.High)}
	case c.Hits < 1:
		return &ErrConfig{"Hits", c.Hits, "at least 1"}
	case c.MaxLost <= 0:
		return &ErrConfig{"MaxLost", c.MaxLost, "more than 0"}
	case c.MaxObjects < 1 || c.MaxObjects > maxObjects:
		return &ErrConfig{"MaxObjects", c.MaxObjects, fmt.Sprintf("1 to %d", maxObjects)}
	}
	return c.validateAlike()
}

func (c *Config) validateAlike() error {
	seen := map[int]bool{}
	for _, set := range c.Alike {
		for _, class := range set {
			if seen[class] {
				return &ErrConfig{"Alike", c.Alike, fmt.Sprintf("sets without a class in common (class %d is there twice)", class)}
			}
			seen[class] = true
		}
	}
	return nil
}
