package track

import (
	"math"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// State is how far a track has come.
type State uint8

const (
	Tentative State = iota // seen fewer than Config.Hits times: without an ID, never returned
	Confirmed              // seen in this frame
	Lost                   // not seen in this frame; Box is where it should be
	Removed                // not seen for longer than Config.MaxLost, or the Tracker was flushed
)

var stateNames = [...]string{"tentative", "confirmed", "lost", "removed"}

func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// Event is what became of a track in a frame, for the log of who came and
// went.
type Event uint8

const (
	NoEvent Event = iota
	Entered       // the track was confirmed in this frame
	Left          // the track was removed in this frame: it is returned for the last time
)

var eventNames = [...]string{"", "enter", "leave"}

func (e Event) String() string {
	if int(e) < len(eventNames) {
		return eventNames[e]
	}
	return "unknown"
}

// Track is one object as it is known after a frame.
type Track struct {
	ID        int64 // from 1, in the order of entering; never used again
	State     State
	Event     Event
	Class     int           // the class with most votes: each detection votes with its score
	Label     string        // its name
	Score     float32       // of the last detection, 0..1
	Box       vision.Box    // in pixels: the detection's, or where the track should be
	Detection int           // which of Update's detections, -1: none
	VX, VY    float32       // velocity of the centre, pixels a second
	Hits      int           // frames in which it was seen
	Age       time.Duration // since it was first seen
	Unseen    time.Duration // since it was last seen; 0 in a frame where it is
}

// Speed returns the speed of the centre, pixels a second.
func (t *Track) Speed() float32 { return float32(math.Hypot(float64(t.VX), float64(t.VY))) }
