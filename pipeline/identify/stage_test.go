package identify

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/vote"
	"github.com/ocellus-vision/ocellus/vision"
)

// faces is a Looker in whose pictures a face's class says whose it is: its
// embedding is that number. It notes the tracks that it looked at.
type faces struct {
	looked  []int64
	forget  bool // looked stays as it is
	quality face.Quality
	err     error
	face    face.Face
	e       [1]float32
}

func newFaces() *faces {
	return &faces{quality: face.Quality{EyeDistance: 50, Sharpness: 200, Exposure: 0.5}}
}

func (f *faces) Look(_ vision.Rows, d *vision.Detection) (*face.Face, error) {
	if !f.forget {
		f.looked = append(f.looked, d.Track)
	}
	f.face = face.Face{Detection: *d, Quality: f.quality}
	return &f.face, f.err
}

func (f *faces) Embed(vision.Rows) ([]float32, error) {
	f.e[0] = float32(f.face.Class)
	return f.e[:], f.err
}

// gallery knows people by number: ann is 1, bob 2; 3 is like both, 4 all but
// like bob; the others are like nobody.
type gallery struct{ err error }

func (g gallery) Nearest(_ context.Context, e []float32) (face.Match, error) {
	m := face.Match{Name: "ann", Similarity: 0.4, Next: 0.3}
	switch e[0] {
	case 1:
		m = face.Match{Name: "ann", Similarity: 0.9, Next: 0.5}
	case 2:
		m = face.Match{Name: "bob", Similarity: 0.8, Next: 0.5}
	case 3:
		m = face.Match{Name: "bob", Similarity: 0.8, Next: 0.79}
	case 4:
		m = face.Match{Name: "bob", Similarity: 0.69, Next: 0.5}
	}
	return m, g.err
}

func stage(t testing.TB, l Looker, change func(*Config)) *Stage {
	t.Helper()
	c := DefaultConfig()
	c.Looker, c.Known, c.Threshold = l, gallery{}, 0.7
	if change != nil {
		change(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// film makes a frame after another, 40 ms apart.
type film struct {
	pipeline.View
	n int
}

// next has tracks in the next frame, each with the names that it has so far.
func (f *film) next(tracks ...pipeline.Track) *pipeline.View {
	f.n++
	f.At = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC).Add(time.Duration(f.n) * 40 * time.Millisecond)
	f.Captured, f.Picture = f.At, &pipeline.Picture{}
	was := append([]pipeline.Track(nil), f.Tracks...)
	f.Tracks = f.Tracks[:0]
	for _, t := range tracks {
		for _, w := range was {
			if w.ID == t.ID {
				t.Identity = w.Identity
			}
		}
		f.Tracks = append(f.Tracks, t)
	}
	return &f.View
}

// track is a face of that side, of a person.
func track(id int64, person int, side float32) pipeline.Track {
	return pipeline.Track{ID: id, Detection: vision.Detection{Label: "face", Class: person, Track: id, Box: vision.Box{X2: side, Y2: side}}}
}

func identify(t testing.TB, s *Stage, v *pipeline.View) {
	t.Helper()
	if err := s.Identify(t.Context(), v); err != nil {
		t.Fatal(err)
	}
}

func TestNames(t *testing.T) {
	for person, want := range []pipeline.Identity{
		0: {Name: pipeline.Unknown, Similarity: 0.4, Margin: 0.1, Votes: 5, Of: 5},
		1: {Name: "ann", Similarity: 0.9, Margin: 0.4, Votes: 3, Of: 3},
		2: {Name: "bob", Similarity: 0.8, Margin: 0.3, Votes: 3, Of: 3},
		3: {}, // neither one nor nobody
		4: {},
	} {
		s, f := stage(t, newFaces(), nil), film{}
		decided := 0
		for i := 1; i <= 20; i++ {
			identify(t, s, f.next(track(1, person, 60)))
			if f.Tracks[0].Identity.Name != "" && decided == 0 {
				decided = i
			}
		}
		id := f.Tracks[0].Identity
		if near := func(a, b float32) bool { return a-b < 1e-5 && b-a < 1e-5 }; id.Name != want.Name || !near(id.Similarity, want.Similarity) || !near(id.Margin, want.Margin) || id.Votes != want.Votes || id.Of != want.Of {
			t.Errorf("person %d: %+v, want %+v", person, id, want)
		}
		// At 40 ms a frame a look every 100 ms is one in three.
		if want := []int{13, 7, 7, 0, 0}[person]; decided != want {
			t.Errorf("person %d was decided in frame %d, want %d", person, decided, want)
		}
		if id.Name != "" && !id.Captured.Equal(f.At.Add(time.Duration(decided-f.n)*40*time.Millisecond)) {
			t.Errorf("person %d: it rests on the frame of %v", person, id.Captured)
		}
	}
}

// TestTurns: one look a frame; the undecided first, the one that waits longest,
// the largest of the new ones.
func TestTurns(t *testing.T) {
	l := newFaces()
	s, f := stage(t, l, func(c *Config) { c.Every, c.Again = 0, 200*time.Millisecond }), film{}
	for range 12 {
		identify(t, s, f.next(track(1, 1, 50), track(2, 2, 80), track(3, 1, 60)))
	}
	// All are decided after nine, and looked at again five frames after that.
	if want := []int64{2, 3, 1, 2, 3, 1, 2, 3, 1, 2}; !slices.Equal(l.looked, want) {
		t.Fatalf("looked at %v, want %v", l.looked, want)
	}
	n := len(l.looked)
	identify(t, s, f.next(track(1, 1, 50), track(2, 2, 80), track(4, 2, 50)))
	if len(l.looked) != n+1 || l.looked[n] != 4 {
		t.Errorf("the new one waited: %v", l.looked[n:])
	}
}

func TestPassedOver(t *testing.T) {
	l := newFaces()
	s, f := stage(t, l, nil), film{}
	missed, car, nameless := track(2, 1, 60), track(3, 1, 60), track(0, 1, 60)
	missed.Missed, car.Detection.Label = 1, "car"
	identify(t, s, f.next(track(1, 1, 39), missed, car, nameless))
	if len(l.looked) > 0 {
		t.Errorf("looked at %v", l.looked)
	}
	l.quality.Sharpness = 10
	identify(t, s, f.next(track(1, 1, 60)))
	l.quality.Sharpness, l.err = 200, &face.ErrPoints{Why: "nowhere"}
	f.n += 3
	identify(t, s, f.next(track(1, 1, 60)))
	if st := s.Stats(); st.Poor != 2 || st.Looks != 0 || len(l.looked) != 2 {
		t.Errorf("figures %+v, looked at %v", st, l.looked)
	}
	l.err = errors.New("broken")
	f.n += 3
	if err := s.Identify(t.Context(), f.next(track(1, 1, 60))); err != l.err {
		t.Errorf("error %v", err)
	}
	s.c.Known, l.err = gallery{errors.New("away")}, nil
	f.n += 3
	if err := s.Identify(t.Context(), f.next(track(1, 1, 60))); err == nil || err.Error() != "away" {
		t.Errorf("error %v", err)
	}
}

// TestNearer: a stranger who comes nearer is looked at as often as one about
// whom nothing is decided.
func TestNearer(t *testing.T) {
	l := newFaces()
	s, f := stage(t, l, nil), film{}
	for range 15 {
		identify(t, s, f.next(track(1, 0, 50)))
	}
	n := len(l.looked)
	for range 4 {
		identify(t, s, f.next(track(1, 0, 50)))
	}
	if f.Tracks[0].Identity.Name != pipeline.Unknown || len(l.looked) != n {
		t.Fatalf("%+v, looked at %d times more", f.Tracks[0].Identity, len(l.looked)-n)
	}
	for range 8 {
		identify(t, s, f.next(track(1, 1, 70)))
	}
	if id := f.Tracks[0].Identity; id.Name != "ann" || id.Of != 3 || len(l.looked) != n+3 {
		t.Errorf("%+v, looked at %d times more", id, len(l.looked)-n)
	}
}

func TestDeadline(t *testing.T) {
	l := newFaces()
	s, f := stage(t, l, func(c *Config) { c.Every = 0 }), film{}
	s.took = time.Hour
	v := f.next(track(1, 1, 60))
	v.Deadline = time.Now().Add(time.Minute)
	identify(t, s, v)
	if st := s.Stats(); st.Late != 1 || len(l.looked) != 0 || s.took >= time.Hour {
		t.Errorf("figures %+v, a look takes %v", st, s.took)
	}
	for range 100 {
		identify(t, s, v)
	}
	if len(l.looked) == 0 {
		t.Error("it was put off for ever")
	}
}

func TestForget(t *testing.T) {
	s, f := stage(t, newFaces(), func(c *Config) { c.Every = 0 }), film{}
	for range 40 {
		identify(t, s, f.next(track(1, 1, 60), track(2, 0, 60), track(3, 3, 60), track(4, 1, 10)))
	}
	for id := range int64(7) {
		s.Forget(id)
	}
	if st := s.Stats(); st.Named != 1 || st.Unknown != 1 || st.Undecided != 2 || len(s.tracks) != 0 {
		t.Errorf("figures %+v", st)
	}
}

func TestConfigErrors(t *testing.T) {
	for field, change := range map[string]func(*Config){
		"Looker": func(c *Config) { c.Looker = nil }, "Known": func(c *Config) { c.Known = nil },
		"Threshold": func(c *Config) { c.Threshold = 0 }, "MinSide": func(c *Config) { c.MinSide = -1 },
		"Every": func(c *Config) { c.Every = -1 }, "Again": func(c *Config) { c.Again = -1 },
	} {
		c := DefaultConfig()
		c.Looker, c.Known, c.Threshold = newFaces(), gallery{}, 0.7
		change(&c)
		var e *ErrConfig
		if _, err := New(c); !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: error %v", field, err)
		}
	}
	c := DefaultConfig()
	c.Looker, c.Known, c.Threshold, c.Votes.Need = newFaces(), gallery{}, 0.7, 1
	var e *vote.ErrConfig
	if _, err := New(c); !errors.As(err, &e) {
		t.Errorf("votes: error %v", err)
	}
}

func TestAllocations(t *testing.T) {
	l := newFaces()
	l.forget = true
	s, f := stage(t, l, func(c *Config) { c.Every, c.Again = 0, 0 }), film{}
	v := f.next(track(1, 1, 60), track(2, 0, 60))
	ctx := t.Context()
	step := func() {
		v.At = v.At.Add(time.Second)
		v.Captured = v.At
		if err := s.Identify(ctx, v); err != nil {
			t.Fatal(err)
		}
	}
	step()
	if n := testing.AllocsPerRun(100, step); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
	if s.Stats().Looks < 100 {
		t.Errorf("figures %+v", s.Stats())
	}
}
