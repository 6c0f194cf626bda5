package identify

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/vote"
	"github.com/ocellus-vision/ocellus/vision"
)

// Stage tells whose faces tracks are; it is a pipeline.Identifier, for one
// loop. Stats may be asked for from any goroutine.
type Stage struct {
	c      Config
	tracks []known
	face   vision.Detection // that is looked at
	found  []vision.Detection
	points []vision.Point // of a face in a reduced picture
	took   time.Duration  // what a look takes, the newest weighing more

	mu    sync.Mutex
	stats Stats
}

// Stats is what a Stage has done so far.
type Stats struct {
	// Tracks that have gone, by what was decided of them last.
	Named, Unknown, Undecided uint64

	Looks  uint64 // faces that were embedded
	Poor   uint64 // faces that were passed over, too small, blurred, dark or turned away
	Absent uint64 // people without a face to be found
	Late   uint64 // frames in which a look would have ended after the deadline
}

// known is what is known of a track.
type known struct {
	id     int64
	voter  vote.Voter
	looked time.Time // the moment, of View.At, at which its face was looked at last
	side   float32   // of the largest face that had a vote
}

// New returns a Stage that knows no track yet. The error is an *ErrConfig or a
// *vote.ErrConfig.
func New(c Config) (*Stage, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	return &Stage{c: c}, nil
}

// Stats returns what was done so far.
func (s *Stage) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// Identify looks at one face of the frame at most.
func (s *Stage) Identify(ctx context.Context, v *pipeline.View) error {
	track, k := s.choose(v)
	if k == nil {
		return nil
	}
	start := time.Now()
	if !v.Deadline.IsZero() && start.Add(s.took).After(v.Deadline) {
		s.took -= s.took / 16 // else one long hiccup would put it off for ever
		s.count(func(st *Stats) { st.Late++ })
		return nil
	}
	k.looked = v.At
	voted, err := s.look(ctx, v, track, k)
	if voted {
		if spent := time.Since(start); s.took == 0 {
			s.took = spent
		} else {
			s.took += (spent - s.took) / 8
		}
		tell(track, k.voter.Result())
	}
	return err
}

// tell puts a decision into a track.
func tell(t *pipeline.Track, r vote.Result) {
	id := pipeline.Identity{Name: r.Name, Similarity: r.Similarity, Margin: r.Margin, Votes: r.Votes, Of: r.Looks, Captured: r.At}
	switch r.Decision {
	case vote.Undecided:
		return
	case vote.Unknown:
		id.Name = pipeline.Unknown
	}
	t.Identity = id
}

// Forget counts what was decided of a track that has gone.
func (s *Stage) Forget(track int64) {
	i := slices.IndexFunc(s.tracks, func(k known) bool { return k.id == track })
	if i < 0 {
		return
	}
	d := s.tracks[i].voter.Result().Decision
	s.tracks = slices.Delete(s.tracks, i, i+1)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch d {
	case vote.Known:
		s.stats.Named++
	case vote.Unknown:
		s.stats.Unknown++
	default:
		s.stats.Undecided++
	}
}

func (s *Stage) count(add func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	add(&s.stats)
}
