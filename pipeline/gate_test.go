package pipeline

import (
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/vision"
)

// TestFramesInWhichNothingMovesAreNotSearched has a picture stand still from
// one frame on, and move again later.
func TestFramesInWhichNothingMovesAreNotSearched(t *testing.T) {
	const frames, stop, again = 300, 60, 240
	src := newScene(t, "synthetic:160x120@30", true, frames)
	var still []byte
	src.change = func(n int, f *capture.Frame) {
		pix := f.Planes[0].Pix
		switch {
		case n == stop:
			still = append(still, pix...)
		case n > stop && n < again:
			copy(pix, still)
		}
	}
	m := DefaultMotion()
	m.Hold, m.Every, m.Learn = time.Second, 2*time.Second, 200*time.Millisecond
	m.Adapt, m.Absorb = 500*time.Millisecond, 500*time.Millisecond
	var gated []uint64
	out := &notes{}
	out.onView = func(v *View) {
		if v.Gated {
			gated = append(gated, v.Sequence)
			if len(v.Tracks) == 0 || v.Tracks[0].Missed > 0 {
				t.Errorf("frame %d: tracks do not stand: %+v", v.Sequence, v.Tracks)
			}
		}
	}
	l := loop(t, Config{Source: src, Detector: &colours{}, Every: true, Motion: m, Track: DefaultTrack(), Sinks: []Sink{out}})
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := l.Stats()
	if s.Gated != uint64(len(gated)) || s.Gated+s.Processed != frames || s.Stages[StageMotion].Count != frames {
		t.Errorf("%d gated, %d processed", s.Gated, s.Processed)
	}
	// What stood still at first is absorbed within a second or two of film.
	if len(gated) < 30 || gated[0] < stop+30 || gated[len(gated)-1] >= again {
		t.Errorf("%d frames were not searched: %v", len(gated), gated)
	}
	searched := 0
	for i := 1; i < len(gated); i++ {
		if gated[i] != gated[i-1]+1 {
			searched++
		}
	}
	if searched == 0 {
		t.Errorf("none was searched now and then: %v", gated)
	}
}

func TestMotionElsewhereIsNone(t *testing.T) {
	here := vision.Box{X2: 0.5, Y2: 0.5}
	if touches([]vision.Box{{X1: 0.6, Y1: 0.6, X2: 1, Y2: 1}}, here) || !touches([]vision.Box{{X1: 0.4, Y1: 0.4, X2: 1, Y2: 1}}, here) {
		t.Error("what touches the region")
	}
}

func TestMotionIsRefused(t *testing.T) {
	for _, change := range []func(m *Motion){
		func(m *Motion) { m.Hold = -1 }, func(m *Motion) { m.Every = -1 }, func(m *Motion) { m.W = 0 },
	} {
		m := DefaultMotion()
		change(m)
		if _, err := New(Config{Source: newScene(t, "synthetic:64x64", true, 1), Detector: &colours{}, Motion: m}); err == nil {
			t.Errorf("%+v was taken", m)
		}
	}
}

// TestTracksEndAtAnotherScene turns the picture upside down: it is another one
// then, of the same brightness.
func TestTracksEndAtAnotherScene(t *testing.T) {
	const cut = 60
	src := newScene(t, "synthetic:320x240@30", true, 100)
	src.change = func(n int, f *capture.Frame) {
		if n < cut {
			return
		}
		p := f.Planes[0]
		for y := range f.H / 2 {
			a, b := p.Pix[y*p.Stride:(y+1)*p.Stride], p.Pix[(f.H-1-y)*p.Stride:(f.H-y)*p.Stride]
			for i := range a {
				a[i], b[i] = b[i], a[i]
			}
		}
		for i := 0; i < len(p.Pix); i += 2 { // and negative, so that its edges differ
			p.Pix[i] = 255 - p.Pix[i]
		}
	}
	out := &notes{}
	l := loop(t, Config{Source: src, Detector: &colours{}, Every: true, Track: DefaultTrack(), Sinks: []Sink{out}})
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	leave := out.of(Leave)
	if len(leave) < 4 {
		t.Fatalf("%d left", len(leave))
	}
	for _, e := range leave[:4] {
		if e.Reason != reasonScene || e.Sequence != cut {
			t.Errorf("event %s", e.AppendJSON(nil))
		}
	}
	for _, v := range out.views[cut:] {
		for _, tr := range v.Tracks {
			if tr.ID <= 4 {
				t.Errorf("frame %d shows track %d", v.Sequence, tr.ID)
			}
		}
	}
}
