package ocellus_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

func open(t testing.TB, opts ...ocellus.Option) *ocellus.Session {
	t.Helper()
	s, err := ocellus.Open("testdata/spots.onnx", opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// expect holds detections against the squares in the picture: each once, and
// nothing else, within so many pixels.
func expect(t testing.TB, got []vision.Detection, want []vision.Box, within float64) {
	t.Helper()
	for _, d := range got {
		if d.Label != "spot" || !(d.Score >= 0.5 && d.Score <= 1) || len(d.Landmarks) != 6 {
			t.Errorf("detection %+v", d)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d found, want %d: %v", len(got), len(want), got)
	}
	off := func(a, b float32) bool { return math.Abs(float64(a-b)) > within }
	for _, w := range want {
		n := 0
		for _, d := range got {
			b, c := d.Box, d.Landmarks[0]
			if off(b.X1, w.X1) || off(b.Y1, w.Y1) || off(b.X2, w.X2) || off(b.Y2, w.Y2) || off(c.X, w.Centre().X) || off(c.Y, w.Centre().Y) {
				continue
			}
			n++
		}
		if n != 1 {
			t.Errorf("%v was found %d times, want once", w, n)
		}
	}
}

func TestDetectWhole(t *testing.T) {
	s := open(t, ocellus.WithTiling(ocellus.TileOff))
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		want := square(float32(rng.IntN(58)), float32(rng.IntN(58)), float32(4+rng.IntN(3)))
		got, spent, err := s.Detect(t.Context(), night(64, 64, want))
		if err != nil {
			t.Fatal(err)
		}
		expect(t, got, []vision.Box{want}, 0.1)
		if spent.Regions != 1 || spent.Total <= 0 || spent.Infer <= 0 {
			t.Errorf("timings %+v", spent)
		}
	}
}

// TestDetectTiles looks for squares that are far too small for the model when
// it sees the whole picture at once, and others that are just right.
func TestDetectTiles(t *testing.T) {
	want := []vision.Box{square(30, 40, 10), square(300, 200, 12), square(500, 50, 11), square(620, 460, 12), square(0, 300, 14), square(250, 233, 20), square(430, 380, 30)}
	pic := night(640, 480, want...)
	s := open(t, ocellus.WithLeastObject(10))
	got, spent, err := s.Detect(t.Context(), pic)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, got, want, 2)
	if spent.Regions < 30 {
		t.Errorf("%d regions were searched, want many", spent.Regions)
	}
	if got, _, err = open(t, ocellus.WithTiling(ocellus.TileOff)).Detect(t.Context(), pic); err != nil || len(got) >= len(want) {
		t.Errorf("without tiles %d were found, want fewer than %d; %v", len(got), len(want), err)
	}
	got, fewer, err := open(t, ocellus.WithLeastObject(28)).Detect(t.Context(), pic)
	if err != nil || fewer.Regions >= spent.Regions {
		t.Errorf("for larger objects %d regions were searched, want fewer than %d; %v", fewer.Regions, spent.Regions, err)
	}
	if !reflect.DeepEqual(got, best(got)) {
		t.Errorf("not sorted by score: %v", got)
	}
}

func best(dets []vision.Detection) []vision.Detection {
	for i := 1; i < len(dets); i++ {
		if dets[i].Score > dets[i-1].Score {
			return nil
		}
	}
	return dets
}

// TestDetectThreads demands that neither the number of threads nor callers
// beside one another change the result.
func TestDetectThreads(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var pics []*vision.Image
	for range 4 {
		pics = append(pics, night(320, 240, square(float32(rng.IntN(300)), float32(rng.IntN(100)), 10), square(float32(rng.IntN(300)), float32(120+rng.IntN(100)), 9)))
	}
	one, four := open(t, ocellus.WithThreads(1), ocellus.WithLeastObject(8)), open(t, ocellus.WithThreads(4), ocellus.WithLeastObject(8))
	var wait sync.WaitGroup
	for i, pic := range pics {
		want, _, err := one.Detect(t.Context(), pic)
		if err != nil || len(want) == 0 {
			t.Fatalf("picture %d: %v, %v", i, want, err)
		}
		for range 2 {
			wait.Add(1)
			go func() {
				defer wait.Done()
				got, _, err := four.Detect(context.Background(), pic)
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("picture %d: on four threads %v, %v; on one %v", i, got, err, want)
				}
			}()
		}
	}
	wait.Wait()
}

func TestDetectEnds(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Detect(ctx, night(200, 100)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	for _, bad := range []*vision.Image{{}, {W: 10, H: 10}, {W: -1, H: 5, Pix: make([]uint8, 99)}, nil} {
		var e *ocellus.ErrInput
		if _, _, err := s.Detect(t.Context(), bad); !errors.As(err, &e) {
			t.Errorf("%+v: error %v, want an *ErrInput", bad, err)
		}
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Detect(t.Context(), night(64, 64)); !errors.Is(err, ocellus.ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
}

func TestScore(t *testing.T) {
	for _, tiling := range []ocellus.Tiling{ocellus.TileAuto, ocellus.TileOff} {
		// A square of 4 on the model's own scale has a lower score than one of 6.
		pic := night(64, 64, square(10, 10, 4), square(40, 40, 6))
		all, _, err := open(t, ocellus.WithTiling(tiling)).Detect(t.Context(), pic)
		if err != nil || len(all) != 2 {
			t.Fatalf("%v, %v", all, err)
		}
		limit := (all[0].Score + all[1].Score) / 2
		got, _, err := open(t, ocellus.WithTiling(tiling), ocellus.WithScore(limit)).Detect(t.Context(), pic)
		if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], all[0]) {
			t.Errorf("tiling %v: above %v there are %v, want %v; %v", tiling, limit, got, all[0], err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	change := func(f func(m *meta.Model)) *nn.Graph {
		m := spotsMeta()
		f(m)
		props, err := m.Props()
		if err != nil {
			t.Fatal(err)
		}
		return spots(t).WithMeta(props)
	}
	for _, c := range []struct {
		name string
		g    *nn.Graph
		opts []ocellus.Option
		want any
		why  string
	}{
		{"newer metadata", spots(t).WithMeta(map[string]string{"ocellus.schema": "9"}), nil, new(*meta.ErrMeta), "version 9"},
		{"head of another model", change(func(m *meta.Model) { m.Head.Scores[0] = "elsewhere" }), nil, new(*head.ErrConfig), "elsewhere"},
		{"other stride", change(func(m *meta.Model) { m.Head.Strides[0] = 16 }), nil, new(*head.ErrConfig), "anchors"},
		{"other size", change(func(m *meta.Model) { m.Preprocess.Width = 80 }), nil, nil, "80"},
		{"score", spots(t), []ocellus.Option{ocellus.WithScore(2)}, new(*ocellus.ErrOption), "WithScore"},
		{"least", spots(t), []ocellus.Option{ocellus.WithLeastObject(-1)}, new(*ocellus.ErrOption), "WithLeastObject"},
		{"least NaN", spots(t), []ocellus.Option{ocellus.WithLeastObject(float32(math.NaN()))}, new(*ocellus.ErrOption), "WithLeastObject"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := ocellus.New(c.g, c.opts...)
			if err == nil {
				s.Close()
				t.Fatal("no error")
			}
			if c.want != nil && !errors.As(err, c.want) || !strings.Contains(err.Error(), c.why) {
				t.Errorf("error %T %v, want %T with %q", err, err, c.want, c.why)
			}
		})
	}
}

func TestNotADetector(t *testing.T) {
	s, err := ocellus.New(spots(t).WithMeta(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, _, err = s.Detect(t.Context(), night(64, 64))
	var no *ocellus.ErrNotDetector
	if !errors.As(err, &no) || s.Detects() == nil || !strings.Contains(err.Error(), "models fetch") {
		t.Errorf("error %v, want an *ErrNotDetector that says where detectors are", err)
	}
}

func BenchmarkDetectTiles(b *testing.B) {
	s := open(b)
	pic := night(640, 480, square(30, 40, 10), square(300, 200, 12))
	for b.Loop() {
		if _, _, err := s.Detect(b.Context(), pic); err != nil {
			b.Fatal(err)
		}
	}
}
