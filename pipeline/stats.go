package pipeline

import "time"

// Stats is what a loop has done since it began: a value, copied for whoever
// asks, from any goroutine. Of every frame that the source counted,
//
//	Captured + LostBefore = all frames,
//	Captured = Processed + Gated + Replaced + Late + Failed (+ those under way).
type Stats struct {
	Source string
	Since  time.Time // when the loop began
	W, H   int       // of the newest frame; 0: there was none

	// State is that of the source, a capture.State, and Reason the code that
	// goes with it, a capture.Health mostly; Detail says it in words.
	State      string
	Reason     string
	Detail     string
	StateSince time.Time
	Reopened   uint64 // how often the source was opened anew

	Captured   uint64 // frames that the source gave
	LostBefore uint64 // frames lost in the driver or on the way, as the source counts them
	Replaced   uint64 // frames whose place in the mailbox a newer one took
	Late       uint64 // frames that would have been done after their deadline
	Missed     uint64 // frames worked on that were done after their deadline all the same
	Failed     uint64 // frames that could not be read
	Gated      uint64 // frames in which nothing moved
	Processed  uint64 // frames that the detector saw

	Events     uint64
	FaceErrors uint64 // frames that the faces of could not be told
	SinkErrors uint64 // calls of sinks that returned an error
	SinkError  string // the last of them

	Tracks      int    // that are confirmed now
	TracksBegun uint64 // that were ever confirmed

	FPS    float64       // frames that were worked on a second, of the last seconds
	Active time.Duration // from when the first frame was worked on to when the last was
	Age    Histogram
	Stages [StageCount]Histogram // of frames that the stage saw
}

// Worked returns the number of frames that were worked on.
func (s *Stats) Worked() uint64 { return s.Processed + s.Gated }

// MeanFPS returns how many frames a second were worked on while there were
// frames.
func (s *Stats) MeanFPS() float64 {
	if s.Worked() < 2 || s.Active <= 0 {
		return 0
	}
	return float64(s.Worked()-1) / s.Active.Seconds()
}

// Dropped returns the number of frames that were left out, for whatever
// reason.
func (s *Stats) Dropped() uint64 { return s.LostBefore + s.Replaced + s.Late + s.Failed }
