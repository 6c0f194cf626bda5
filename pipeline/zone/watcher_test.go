package zone

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func after(seconds float64) time.Time { return start.Add(time.Duration(seconds * 1e9)) }

// at is a small box of a picture of 1000×1000 whose bottom centre is (x, y) as
// shares.
func at(x, y float64) vision.Box {
	return vision.Box{X1: float32(x*1000 - 5), Y1: float32(y*1000 - 20), X2: float32(x*1000 + 5), Y2: float32(y * 1000)}
}

func square(name string) Zone {
	z := Zone{Polygon: polygon(.4, .4, .6, .4, .6, .6, .4, .6)}
	z.Name = name
	return z
}

func watcher(t *testing.T, c Config) *Watcher {
	t.Helper()
	w, err := NewWatcher(c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestVisit walks through a zone and stays there for a while.
func TestVisit(t *testing.T) {
	z := square("mat")
	z.Dwell = 2 * time.Second
	w := watcher(t, Config{Zones: []Zone{z}, Margin: .02, Settle: 200 * time.Millisecond})
	var events []Event
	var when []float64
	for i := range 100 {
		s := float64(i) / 10
		x := .2 + .1*s // in from 2 s
		if s > 3 {     // stands until 7 s, then walks on
			x = .5 + .1*max(0, s-7)
		}
		for _, e := range w.Observe(after(s), 7, "person", at(x, .5), 1000, 1000) {
			events, when = append(events, e), append(when, s)
		}
		if d, in := w.Inside(after(s), 7, 0); i == 50 && (!in || math.Abs(d.Seconds()-3) > .11 || w.Count(0) != 1) {
			t.Errorf("after 5 s: %v, %v", d, in)
		}
	}
	want := []struct {
		kind  Kind
		when  float64
		dwell float64
	}{{Entered, 2.2, 0}, {Dwelt, 4, 2}, {Left, 8.5, 6.3}}
	if len(events) != len(want) {
		t.Fatalf("%+v at %v", events, when)
	}
	for i, e := range events {
		if e.Kind != want[i].kind || e.Name != "mat" || e.Track != 7 || math.Abs(when[i]-want[i].when) > .11 || math.Abs(e.Dwell.Seconds()-want[i].dwell) > .11 {
			t.Errorf("%+v at %v, want %+v", e, when[i], want[i])
		}
	}
}

// TestTrembling: an anchor that trembles about an edge enters once, and one
// that only looks in for a moment does not.
func TestTrembling(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	line := Line{Name: "door", A: vision.Point{X: .4, Y: 0}, B: vision.Point{X: .4, Y: 1}}
	w := watcher(t, Config{Zones: []Zone{square("mat")}, Lines: []Line{line}, Margin: .02})
	n := 0
	w.Observe(after(0), 1, "", at(.3, .5), 1000, 1000)
	for i := range 500 {
		n += len(w.Observe(after(float64(i+1)/30), 1, "", at(.4+.015*(2*rng.Float64()-1), .5), 1000, 1000))
	}
	if n != 1 {
		t.Errorf("%d events", n)
	}
	w = watcher(t, Config{Zones: []Zone{square("mat")}, Settle: 300 * time.Millisecond})
	for i := range 100 {
		x := .3
		if i%10 < 2 {
			x = .5
		}
		if e := w.Observe(after(float64(i)/10), 1, "", at(x, .5), 1000, 1000); len(e) > 0 {
			t.Fatalf("%+v", e)
		}
	}
}

func TestCross(t *testing.T) {
	l := Line{Name: "door", A: vision.Point{X: .5, Y: .7}, B: vision.Point{X: .5, Y: .3}} // looking up
	for _, c := range []struct {
		what string
		way  [][2]float64
		want []Direction
	}{
		{"to the right", [][2]float64{{.3, .5}, {.49, .5}, {.51, .5}, {.7, .5}}, []Direction{ToRight}},
		{"to the left", [][2]float64{{.7, .4}, {.2, .4}}, []Direction{ToLeft}},
		{"there and back", [][2]float64{{.3, .5}, {.7, .5}, {.3, .5}}, []Direction{ToRight, ToLeft}},
		{"not quite", [][2]float64{{.3, .5}, {.505, .5}, {.3, .5}}, nil},
		{"round the end", [][2]float64{{.3, .5}, {.3, .9}, {.7, .9}, {.7, .5}}, nil},
		{"past the end and back through", [][2]float64{{.3, .9}, {.7, .9}, {.7, .5}, {.3, .5}}, []Direction{ToLeft}},
		{"along it", [][2]float64{{.5, .1}, {.5, .5}, {.5, .9}}, nil},
		{"stops on it", [][2]float64{{.3, .5}, {.5, .5}, {.5, .5}, {.6, .5}}, []Direction{ToRight}},
	} {
		w := watcher(t, Config{Lines: []Line{l}, Margin: .01})
		var got []Direction
		for i, p := range c.way {
			for _, e := range w.Observe(after(float64(i)), 1, "", at(p[0], p[1]), 1000, 1000) {
				if e.Kind != Crossed || e.Name != "door" {
					t.Errorf("%s: %+v", c.what, e)
				}
				got = append(got, e.Direction)
			}
		}
		if len(got) != len(c.want) || len(got) > 0 && got[0] != c.want[0] || len(got) > 1 && got[1] != c.want[1] {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// TestLeave: a track that ends in a zone leaves it, and its number may come
// again as another.
func TestLeave(t *testing.T) {
	w := watcher(t, Config{Zones: []Zone{square("a"), square("b")}, MaxTracks: 1})
	if e := w.Observe(after(0), 1, "", at(.5, .5), 1000, 1000); len(e) != 2 || e[1].Name != "b" {
		t.Fatalf("%+v", e)
	}
	if e := w.Observe(after(0), 2, "", at(.5, .5), 1000, 1000); len(e) != 0 {
		t.Errorf("one track too many: %+v", e)
	}
	e := w.Leave(after(3), 1)
	if len(e) != 2 || e[0].Kind != Left || e[0].Dwell != 3*time.Second || w.Count(0) != 0 {
		t.Errorf("%+v", e)
	}
	if e := w.Leave(after(3), 1); e != nil {
		t.Errorf("twice: %+v", e)
	}
	if e := w.Observe(after(4), 2, "", at(.5, .5), 1000, 1000); len(e) != 2 {
		t.Errorf("the place is free, yet %+v", e)
	}
	nan := float32(math.NaN())
	for _, b := range []vision.Box{{}, {X1: nan, Y1: nan, X2: nan, Y2: nan}, {X1: 5, X2: 1, Y2: 5}} {
		if e := w.Observe(after(5), 2, "", b, 1000, 1000); e != nil {
			t.Errorf("%v: %+v", b, e)
		}
	}
}

func TestLabels(t *testing.T) {
	z := square("a")
	z.Labels = []string{"car"}
	w := watcher(t, Config{Zones: []Zone{z}})
	if e := w.Observe(after(0), 1, "person", at(.5, .5), 1000, 1000); len(e) != 0 {
		t.Errorf("a person in a zone for cars: %+v", e)
	}
	if e := w.Observe(after(0), 2, "car", at(.5, .5), 1000, 1000); len(e) != 1 {
		t.Errorf("a car: %+v", e)
	}
}

func TestConfigValidate(t *testing.T) {
	line := Line{Name: "l", B: vision.Point{X: 1}}
	far, point, nameless := line, line, line
	far.B.X = 2
	point.B = point.A
	nameless.Name = ""
	late := square("z")
	late.Dwell = -1
	for what, c := range map[string]struct {
		c    Config
		want Reason
	}{
		"fine":     {Config{Zones: []Zone{square("a")}, Lines: []Line{line}, Margin: DefaultMargin}, ""},
		"far":      {Config{Lines: []Line{far}}, Outside},
		"point":    {Config{Lines: []Line{point}}, NoArea},
		"nameless": {Config{Lines: []Line{nameless}}, NoName},
		"same":     {Config{Zones: []Zone{square("l")}, Lines: []Line{line}}, SameName},
		"polygon":  {Config{Zones: []Zone{{Polygon: Polygon{Name: "z"}}}}, TooFewPoints},
		"dwell":    {Config{Zones: []Zone{late}}, BadSetting},
		"margin":   {Config{Margin: 3}, BadSetting},
		"NaN":      {Config{Margin: float32(math.NaN())}, BadSetting},
		"settle":   {Config{Settle: -1}, BadSetting},
		"anchor":   {Config{Anchor: 9}, BadSetting},
		"tracks":   {Config{MaxTracks: -1}, BadSetting},
		"many":     {Config{Lines: make([]Line, MaxShapes+1)}, TooMany},
	} {
		_, err := NewWatcher(c.c)
		if got := reason(t, err); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

// TestWatcherAllocations: tracks that come, walk and go.
func TestWatcherAllocations(t *testing.T) {
	line := Line{Name: "l", A: vision.Point{X: .5}, B: vision.Point{X: .5, Y: 1}}
	w := watcher(t, Config{Zones: []Zone{square("a"), square("b")}, Lines: []Line{line}})
	i, events := 0, 0
	step := func() {
		for id := range int64(20) {
			events += len(w.Observe(after(float64(i)/30), id, "person", at(math.Mod(float64(i)/100+float64(id)/20, 1), .5), 1000, 1000))
		}
		events += len(w.Leave(after(float64(i)/30), int64(i%20)))
		i++
	}
	for range 200 {
		step()
	}
	if n := testing.AllocsPerRun(300, step); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
	if events < 100 {
		t.Errorf("only %d events", events)
	}
}
