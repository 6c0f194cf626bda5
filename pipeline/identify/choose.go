package identify

import (
	"math"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/vote"
	"github.com/ocellus-vision/ocellus/vision"
)

// nearer is by how much a face must have grown since it was looked at for
// nobody to be sure any more that it is a stranger's.
const nearer = 1.25

// choose returns the track whose turn it is; nil: nobody's.
func (s *Stage) choose(v *pipeline.View) (track *pipeline.Track, k *known) {
	for i := range v.Tracks {
		if t := &v.Tracks[i]; t.ID != 0 && t.Detection.Label == s.c.Label {
			s.meet(t.ID)
		}
	}
	urgent := false
	for i := range v.Tracks {
		t := &v.Tracks[i]
		n := s.of(t.ID)
		if n == nil || t.Missed > 0 || side(t.Detection.Box) < s.c.MinSide {
			continue
		}
		open := n.open(side(t.Detection.Box))
		if !s.due(n, open, v.At) {
			continue
		}
		better := k == nil || open && !urgent
		if k != nil && open == urgent {
			better = n.looked.Before(k.looked) || n.looked.Equal(k.looked) && side(t.Detection.Box) > side(track.Detection.Box)
		}
		if better {
			track, k, urgent = t, n, open
		}
	}
	return track, k
}

// of returns what is known of a track, nil for nothing. It is valid until a
// new track is met.
func (s *Stage) of(id int64) *known {
	for i := range s.tracks {
		if k := &s.tracks[i]; k.id == id {
			return k
		}
	}
	return nil
}

// meet takes in a track, which may be a new one.
func (s *Stage) meet(id int64) {
	if s.of(id) == nil {
		voter, _ := vote.New(s.c.Votes) // its error was New's
		s.tracks = append(s.tracks, known{id: id, voter: voter})
	}
}

// open reports whether it is yet to be decided who a track is, whose face is
// of that side now: also when it was a stranger's, seen from further away.
func (k *known) open(side float32) bool {
	switch k.voter.Result().Decision {
	case vote.Undecided:
		return true
	case vote.Unknown:
		return side > nearer*k.side
	}
	return false
}

func (s *Stage) due(k *known, open bool, at time.Time) bool {
	wait := s.c.Again
	if open {
		wait = s.c.Every
	}
	return k.looked.IsZero() || at.Sub(k.looked) >= wait
}

// side is the mean side of a box.
func side(b vision.Box) float32 { return float32(math.Sqrt(float64(b.Area()))) }
