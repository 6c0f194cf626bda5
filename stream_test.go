package ocellus_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/vision"
)

// rows is a picture that is read by rows.
type rows struct{ *vision.Image }

func (r rows) Size() (w, h int)       { return r.W, r.H }
func (r rows) Row(dst []uint8, y int) { copy(dst, r.Pix[y*r.W*3:(y+1)*r.W*3]) }

func stream(t testing.TB, s *ocellus.Session, least float32) *ocellus.Stream {
	t.Helper()
	st, err := s.NewStream(ocellus.StreamOptions{Least: least})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func TestStreamFindsWhatDetectFinds(t *testing.T) {
	s := open(t, ocellus.WithTiling(ocellus.TileOff))
	st := stream(t, s, 0)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		pic := night(64, 64, square(float32(rng.IntN(58)), float32(rng.IntN(58)), float32(4+rng.IntN(3))))
		want, _, err := s.Detect(t.Context(), pic)
		if err != nil {
			t.Fatal(err)
		}
		got, err := st.Detect(t.Context(), rows{pic}, pic.Bounds(), nil)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d found, want %d; %v", len(got), len(want), err)
		}
		for i := range want {
			g, w := got[i], want[i]
			if g.Box != w.Box || g.Score != w.Score || g.Label != w.Label || g.Landmarks[5] != w.Landmarks[5] || g.Model != s.Name() {
				t.Errorf("got %+v, want %+v", g, w)
			}
		}
	}
}

func TestStreamSearchesARegion(t *testing.T) {
	want := square(200, 100, 5)
	pic := night(320, 240, want, square(20, 20, 5))
	st := stream(t, open(t), 0)
	got, err := st.Detect(t.Context(), rows{pic}, vision.Box{X1: 170, Y1: 80, X2: 234, Y2: 144}, nil)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, got, []vision.Box{want}, 0.1)
}

func TestStreamShowsScoresBelowThoseReported(t *testing.T) {
	// Somewhere between bright and dark, a square is an uncertain one.
	s := open(t, ocellus.WithTiling(ocellus.TileOff))
	high, low := stream(t, s, 0), stream(t, s, 0.01)
	more := 0
	for shade := range 32 {
		pic := night(64, 64, square(20, 20, 5))
		for i, v := range pic.Pix {
			pic.Pix[i] = uint8(int(v) * shade / 32)
		}
		sure, err := high.Detect(t.Context(), rows{pic}, pic.Bounds(), nil)
		if err != nil {
			t.Fatal(err)
		}
		all, err := low.Detect(t.Context(), rows{pic}, pic.Bounds(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range sure {
			if d.Score < high.Score() {
				t.Errorf("score %v is reported", d.Score)
			}
		}
		for _, d := range all {
			if d.Score < 0.01 {
				t.Errorf("score %v", d.Score)
			}
		}
		if len(all) > len(sure) {
			more++
		}
	}
	if more == 0 {
		t.Error("no shade shows more at a lower score")
	}
}

func TestStreamReduction(t *testing.T) {
	st := stream(t, open(t), 0) // 64×64, letterbox
	if r := st.Reduction(640, 480); r != 10 {
		t.Errorf("640×480 is made smaller by %v", r)
	}
	if r := st.Reduction(32, 16); r != 0.5 {
		t.Errorf("32×16 is made smaller by %v", r)
	}
}

func TestStreamRefuses(t *testing.T) {
	s := open(t)
	var wrong *ocellus.ErrOption
	if _, err := s.NewStream(ocellus.StreamOptions{Least: 1.5}); !errors.As(err, &wrong) {
		t.Errorf("a score of 1.5: %v", err)
	}
	if _, err := s.NewStream(ocellus.StreamOptions{Columns: 3}); !errors.As(err, &wrong) {
		t.Errorf("three columns and no rows: %v", err)
	}
	st, pic := stream(t, s, 0), night(64, 64)
	var input *ocellus.ErrInput
	if _, err := st.Detect(t.Context(), rows{&vision.Image{}}, pic.Bounds(), nil); !errors.As(err, &input) {
		t.Errorf("no pixels: %v", err)
	}
	if _, err := st.Detect(t.Context(), rows{pic}, vision.Box{}, nil); !errors.As(err, &input) {
		t.Errorf("no region: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := st.Detect(ctx, rows{pic}, pic.Bounds(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	s.Close()
	if _, err := st.Detect(t.Context(), rows{pic}, pic.Bounds(), nil); !errors.Is(err, ocellus.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if _, err := s.NewStream(ocellus.StreamOptions{}); !errors.Is(err, ocellus.ErrClosed) {
		t.Errorf("NewStream when closed: %v", err)
	}
}

func TestStreamAllocatesNothing(t *testing.T) {
	st := stream(t, open(t, ocellus.WithThreads(2)), 0.1)
	pic := night(320, 240, square(100, 100, 30), square(200, 50, 28))
	ctx, src := t.Context(), vision.Rows(rows{pic})
	var dets []vision.Detection
	once := func() {
		var err error
		if dets, err = st.Detect(ctx, src, pic.Bounds(), dets[:0]); err != nil {
			t.Fatal(err)
		}
	}
	once()
	if n := testing.AllocsPerRun(50, once); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if len(dets) == 0 {
		t.Error("nothing was found")
	}
	if p, i, r := st.Spent(); p <= 0 || i <= 0 || r <= 0 {
		t.Errorf("spent %v, %v, %v", p, i, r)
	}
}

func TestSHA256OfSession(t *testing.T) {
	sum, err := open(t).SHA256()
	if err != nil || len(sum) != 64 {
		t.Errorf("%q, %v", sum, err)
	}
}

// TestStreamSearchesTiles looks for squares that are too small for the model
// in the whole picture, some of them where tiles meet.
func TestStreamSearchesTiles(t *testing.T) {
	s := open(t)
	var want []vision.Box
	for i := range 8 {
		want = append(want, square(float32(10+30*i), float32(8+22*i), 8))
	}
	pic := night(256, 192, want...)
	st, err := s.NewStream(ocellus.StreamOptions{Columns: 3, Rows: 2})
	if err != nil {
		t.Fatal(err)
	}
	got, err := st.Detect(t.Context(), rows{pic}, pic.Bounds(), nil)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, got, want, 2)
	if few, err := stream(t, s, 0).Detect(t.Context(), rows{pic}, pic.Bounds(), nil); err != nil || len(few) >= len(want) {
		t.Errorf("%d found without tiles; %v", len(few), err)
	}
	if r, whole := st.Reduction(256, 192), stream(t, s, 0).Reduction(256, 192); r >= whole {
		t.Errorf("tiles are made smaller by %v, the whole by %v", r, whole)
	}
	ctx, src := t.Context(), vision.Rows(rows{pic})
	dets := got
	once := func() { dets, err = st.Detect(ctx, src, pic.Bounds(), dets[:0]) }
	once()
	if n := testing.AllocsPerRun(10, once); n != 0 || err != nil {
		t.Errorf("%v allocations; %v", n, err)
	}
}
