package pipeline

import (
	"time"

	"github.com/ocellus-vision/ocellus/pipeline/track"
	"github.com/ocellus-vision/ocellus/vision"
)

// View is what is in a frame, once it has been worked on. It and all that it
// points at are valid during the call that hands it over, and only read.
type View struct {
	Source   string
	Sequence uint64
	Captured time.Time     // with a monotonic reading
	Age      time.Duration // of the frame when the View was made
	At       time.Time     // the moment that it shows, see Config.Every; what tracks are timed by
	W, H     int           // of the picture as it was captured; boxes are in its pixels
	Gated    bool          // nothing moved: the detector was not asked, tracks stand where they were
	Tracks   []Track       // those that are confirmed, by ID
	Stages   StageTimes    // what this frame spent its time on
	Models   []Model
	Picture  *Picture
	Deadline time.Time // by when the frame should be done with; zero: whenever
}

// Track is something that is followed.
type Track struct {
	ID        int64
	Detection vision.Detection // as last seen; while it is missed, its box is where it should be
	Identity  Identity         // without a name: not decided
	Since     time.Time        // the moment, of View.At, at which it was first seen
	Seen      int              // frames that it was seen in
	Missed    int              // frames since it was last seen; 0: it is in this one

	event track.Event
}

// Stage is a part of the work on a frame.
type Stage uint8

// The stages, in their order.
const (
	StageWait    Stage = iota // from its capture until its turn came
	StageDecode               // MJPEG into planes
	StageMotion               // whether anything moves, or everything changed
	StagePrepare              // crop, resize, colour and scale into the plan's input
	StageInfer                // the network
	StageRead                 // its outputs into detections, doubles suppressed
	StageTrack                // tracks, zones and lines
	StageFaces                // who they are
	StagePublish              // the sinks
	StageCount
)

var stageNames = [StageCount]string{"wait", "decode", "motion", "prepare", "infer", "read", "track", "faces", "publish"}

// String returns the name for tables and metrics.
func (s Stage) String() string {
	if s < StageCount {
		return stageNames[s]
	}
	return "unknown"
}

// StageTimes are what each stage took; 0 for one that was left out. That of
// StagePublish is of the frame before.
type StageTimes [StageCount]time.Duration

// Work returns the sum without the wait.
func (t *StageTimes) Work() time.Duration {
	sum := time.Duration(0)
	for s := StageWait + 1; s < StageCount; s++ {
		sum += t[s]
	}
	return sum
}
