package out

import (
	"context"
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/vision"
)

// SnapshotOptions say which pictures are kept.
type SnapshotOptions struct {
	Dir    string
	Limits Limits
	Side   int           // of a picture at most, in pixels; 0: 640
	After  time.Duration // how long a track's best waits for a better one; 0: 5 s
}

// SnapshotStats count what became of pictures.
type SnapshotStats struct {
	Written uint64 // files, those included that were replaced by better ones
	Dropped uint64 // pictures that were not taken because encoding was behind
	Failed  uint64 // pictures that could not be read or written
}

// Snapshots is a FrameSink that keeps the best picture of each track as a
// JPEG: the one where score, size and sharpness together are the greatest. It
// is written once it has waited for a better one, replaced when a better one
// came, and has its last form when the track has left. In the comment of the
// file is what was seen, as the JSON of an Event.
//
// Any number of loops may share it.
type Snapshots struct {
	State State

	o      SnapshotOptions
	folder *folder // the worker's
	wake   chan struct{}
	done   chan struct{}

	mu     sync.Mutex
	tracks map[trackKey]*best
	free   []*shot
	taken  []*shot // that wait to be encoded
	stats  SnapshotStats
	closed bool
	sharp  sharpness
}

// trackKey is a track of a source.
type trackKey struct {
	source string
	id     int64
}

// best is the best picture of a track so far.
type best struct {
	name    string  // of the file
	quality float32 // of what was last taken
	at      time.Time
	event   pipeline.Event // what it shows
	jpeg    []byte         // encoded, nil: there is none, or it has been written
	due     time.Time      // when it is to be written
	waiting int            // shots that wait to be encoded
	left    bool
}

// shot is a picture on its way to the encoder.
type shot struct {
	key   trackKey
	event pipeline.Event
	image vision.Patch
}

const (
	shots       = 4
	defaultSide = 640
	// margin is what is shown about an object, as a share of its sides.
	margin = 0.3
	// between is the least time from one picture of a track to the next, and
	// better by how much the next must be better.
	between = 200 * time.Millisecond
	better  = 1.1
	// period is how often it is looked for what is due.
	period = 250 * time.Millisecond
	// jpegQuality of files.
	jpegQuality = 90
)

// NewSnapshots opens a folder, or makes it, and starts the encoder.
func NewSnapshots(o SnapshotOptions) (*Snapshots, error) {
	if o.Side == 0 {
		o.Side = defaultSide
	}
	if o.After == 0 {
		o.After = 5 * time.Second
	}
	switch {
	case o.Side < 16:
		return nil, &ErrOption{"Side", o.Side, "16 pixels or more"}
	case o.After < 0:
		return nil, &ErrOption{"After", o.After, "0 or more"}
	}
	f, err := openFolder(o.Dir, ".jpg", o.Limits)
	if err != nil {
		return nil, err
	}
	s := &Snapshots{o: o, folder: f, wake: make(chan struct{}, 1), done: make(chan struct{}), tracks: map[trackKey]*best{}}
	for range shots {
		s.free = append(s.free, new(shot))
	}
	go s.work()
	return s, nil
}

// Stats returns what became of the pictures so far.
func (s *Snapshots) Stats() SnapshotStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// Event has the picture of a track that left written.
func (s *Snapshots) Event(_ context.Context, e *pipeline.Event) error {
	if e.Type != pipeline.Leave && e.Type != pipeline.Identify {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.tracks[trackKey{e.Source, e.Track}]
	if b == nil || s.closed {
		return nil
	}
	if e.Identity.Name != "" {
		b.event.Identity = e.Identity
	}
	if e.Type == pipeline.Leave {
		b.left = true
		s.signal()
	}
	return nil
}

// Frame takes pictures of the tracks that it shows better than any frame
// before it. The error is that of reading a torn frame.
func (s *Snapshots) Frame(_ context.Context, v *pipeline.View) error {
	if v.Gated {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	for i := range v.Tracks {
		if t := &v.Tracks[i]; t.Missed == 0 {
			if err := s.look(v, t); err != nil {
				s.stats.Failed++
				return err
			}
		}
	}
	return nil
}

// look takes a picture of a track if it is the best so far.
func (s *Snapshots) look(v *pipeline.View, t *pipeline.Track) error {
	b, now := s.of(v, t), time.Now()
	quality := t.Detection.Score * sizeOf(t.Detection.Box)
	if now.Sub(b.at) < between || quality <= b.quality*better {
		return nil // no sharpness would do
	}
	src, n := v.Picture.Raster(), 1/float32(v.Picture.Shrink())
	part := t.Detection.Box
	quality *= s.sharp.of(src, vision.Box{X1: part.X1 * n, Y1: part.Y1 * n, X2: part.X2 * n, Y2: part.Y2 * n})
	if quality <= b.quality*better {
		return nil
	}
	if len(s.free) == 0 {
		s.stats.Dropped++
		return nil
	}
	src, err := v.Picture.Full()
	if err != nil {
		return err
	}
	last := len(s.free) - 1
	shot := s.free[last]
	s.free = s.free[:last]
	shot.image.Read(src, part.Scale(1+2*margin, 1+2*margin))
	shot.key = trackKey{v.Source, t.ID}
	shot.describe(v, t)
	s.taken = append(s.taken, shot)
	b.quality, b.at = quality, now
	b.waiting++
	s.signal()
	return nil
}

// of returns the best picture so far of a track.
func (s *Snapshots) of(v *pipeline.View, t *pipeline.Track) *best {
	key := trackKey{v.Source, t.ID}
	b := s.tracks[key]
	if b == nil {
		b = &best{name: snapshotName(v, t), due: time.Now().Add(s.o.After)}
		s.tracks[key] = b
	}
	return b
}

// describe says what the shot shows, as an Event does.
func (s *shot) describe(v *pipeline.View, t *pipeline.Track) {
	e := pipeline.Event{
		Type: pipeline.Update, Time: v.Captured, AgeMS: float64(v.Age) / 1e6, Source: v.Source, Sequence: v.Sequence,
		Width: v.W, Height: v.H, Track: t.ID, Detection: t.Detection, Identity: t.Identity, Models: v.Models,
		DurationMS: float64(v.At.Sub(t.Since)) / 1e6,
	}
	e.CopyTo(&s.event)
}

func (s *Snapshots) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Close writes what waits to be written, until ctx ends, whose error is then
// returned.
func (s *Snapshots) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.signal()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
