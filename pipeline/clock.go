package pipeline

import (
	"time"

	"github.com/ocellus-vision/ocellus/capture"
)

// clock makes sense of when frames were captured. Sources stamp them by the
// monotonic clock, but a driver's may be reset, and a file's or a network's be
// anything.
type clock struct {
	fps   float64       // of a recording that is read at any speed; 0: it is live
	start time.Time     // of the recording
	last  time.Time     // the stamp of the frame before, as the source gave it
	skew  time.Duration // what is added to the source's stamps
}

// moment returns the moment that a frame shows, after its stamp.
func (c *clock) moment(f *capture.Frame) time.Time {
	if c.fps == 0 {
		return f.Captured
	}
	if c.start.IsZero() {
		c.start = f.Captured
	}
	return c.start.Add(time.Duration(float64(f.Sequence) / c.fps * float64(time.Second)))
}

// stamp corrects f.Captured where it cannot be right: no frame is from the
// future, and none was captured before the one before it: then the source's
// clock was set back, and from there on it is read as saying now. A gap before
// a frame is never taken for a clock that was set, so that a frame that waited
// somewhere stays as old as it is.
func (c *clock) stamp(f *capture.Frame, now time.Time) {
	raw := f.Captured
	if raw.IsZero() {
		f.Captured = now
		return
	}
	if !c.last.IsZero() && raw.Before(c.last) {
		c.skew = now.Sub(raw)
	}
	c.last = raw
	if f.Captured = raw.Add(c.skew); f.Captured.After(now) {
		f.Captured = now
	}
}
