package pipeline

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/pipeline/zone"
	"github.com/ocellus-vision/ocellus/vision"
)

func TestLoopFollowsWhatMoves(t *testing.T) {
	const frames = 120
	src := newScene(t, "synthetic:320x240", true, frames)
	out := &notes{}
	off := 0
	out.onView = func(v *View) {
		if v.W != 320 || v.H != 240 || v.Source != "yard" || v.Picture.Raster().W != 320 || v.Age <= 0 {
			t.Errorf("view %+v", v)
		}
		for _, shape := range src.Truth(nil, v.Sequence) {
			for _, tr := range v.Tracks {
				// Shapes that cover one another are seen in part.
				if tr.Detection.Class == int(shape.ID-1) && tr.Missed == 0 && tr.Detection.Box.IoU(shape.Box) < 0.5 {
					off++
				}
			}
		}
	}
	l := loop(t, Config{Name: "yard", Source: src, Detector: &colours{}, Every: true, Track: DefaultTrack(), Sinks: []Sink{out}, Models: []Model{{"colours", "00"}}})
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := l.Stats()
	if s.Captured != frames || s.Processed != frames || s.Dropped() != 0 || s.Age.Count != frames || s.Stages[StageTrack].Count != frames {
		t.Errorf("figures %+v", s)
	}
	if s.State != "over" || s.Reason != "ended" || s.Tracks != 0 {
		t.Errorf("state %s, %s; %d tracks", s.State, s.Reason, s.Tracks)
	}
	enter, leave := out.of(Enter), out.of(Leave)
	if len(enter) != 4 || len(leave) != 4 || s.TracksBegun != 4 {
		for _, e := range append(enter, leave...) {
			t.Logf("%s", e.AppendJSON(nil))
		}
		t.Fatalf("%d entered and %d left, want 4", len(enter), len(leave))
	}
	for _, e := range append(enter, leave...) {
		if e.Source != "yard" || e.AgeMS <= 0 || e.Models[0].SHA256 != "00" || e.Width != 320 || e.Detection.Model != "colours" || e.Detection.Score != 0.6 {
			t.Errorf("event %s", e.AppendJSON(nil))
		}
	}
	if leave[0].Reason != "ended" || leave[0].DurationMS <= 0 {
		t.Errorf("event %s", leave[0].AppendJSON(nil))
	}
	if off > frames/10 {
		t.Errorf("%d boxes are off", off)
	}
	select {
	case <-src.closed:
	default:
		t.Error("the source was not closed")
	}
}

// TestLoopAllocatesNothing runs whole frames, from the source to the sinks.
func TestLoopAllocatesNothing(t *testing.T) {
	src := newScene(t, "synthetic:160x120", true, 0)
	step := make(chan struct{})
	q := NewQueue(funcSink(func(context.Context, *Event) error { return nil }), 8)
	defer q.Close(context.Background())
	var shot Snapshot
	sink := &stepSink{step: step, shot: &shot}
	quarter := []vision.Point{{X: 0, Y: 0}, {X: 0.5, Y: 0}, {X: 0.5, Y: 0.5}, {X: 0, Y: 0.5}}
	l := loop(t, Config{
		Source: src, Detector: &colours{}, Every: true, Track: DefaultTrack(), Update: time.Nanosecond, Sinks: []Sink{q, sink},
		Deadline: time.Minute, Zones: zone.Config{Zones: []zone.Zone{{Polygon: zone.Polygon{Name: "corner", Points: quarter}}}},
	})
	begin(t, l)
	for range 300 {
		<-step
	}
	if n := testing.AllocsPerRun(200, func() { <-step }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
	if s := l.Stats(); s.Events < 200 || s.Tracks == 0 {
		t.Errorf("%d events, %d tracks", s.Events, s.Tracks)
	}
}

// stepSink lets a loop go on by one frame at a time.
type stepSink struct {
	step chan struct{}
	shot *Snapshot
}

func (s *stepSink) Event(context.Context, *Event) error { return nil }

func (s *stepSink) Frame(ctx context.Context, v *View) error {
	if err := s.shot.Take(v, 40); err != nil {
		return err
	}
	select {
	case s.step <- struct{}{}:
	case <-ctx.Done():
	}
	return nil
}

func TestNewestFrameWins(t *testing.T) {
	src := newScene(t, "synthetic:64x64", true, 500)
	entered, goOn := make(chan struct{}), make(chan struct{})
	first := true
	det := &colours{before: func() error {
		if first {
			first = false
			close(entered)
			<-goOn
		}
		return nil
	}}
	src.before = func(_ context.Context, n int) error {
		if n == 1 {
			<-entered // the first frame is being worked on
		}
		if n == 499 {
			defer close(goOn) // all others but the last have come meanwhile
		}
		return nil
	}
	out := &notes{}
	l := loop(t, Config{Source: src, Detector: det, Sinks: []Sink{out}})
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := l.Stats()
	// The frame before the last may or may not have been taken by then.
	if s.Captured != 500 || s.Failed != 0 || s.Processed+s.Replaced != 500 || s.Processed > 3 || out.views[len(out.views)-1].Sequence != 499 {
		t.Errorf("captured %d, worked on %d, replaced %d, failed %d", s.Captured, s.Processed, s.Replaced, s.Failed)
	}
}

func TestCancelEndsALoopInOrder(t *testing.T) {
	src := newScene(t, "synthetic:64x64", true, 0)
	out := &notes{}
	l := loop(t, Config{Source: src, Detector: &colours{}, Track: DefaultTrack(), Sinks: []Sink{out}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	until(t, "tracks", func() bool { return l.Stats().Tracks > 0 })
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run returned %v", err)
	}
	<-src.closed
	if s := l.Stats(); s.State != "over" || s.Reason != "stopped" {
		t.Errorf("state %s, %s", s.State, s.Reason)
	}
	if e, v := len(out.of(Enter)), len(out.of(Leave)); e == 0 || e != v {
		t.Errorf("%d entered, %d left", e, v)
	}
}

// TestBareFramesAreReadWhereTheyLie holds boxes of bare frames, which are never
// made smaller before the pass that fills the network's input, against the
// truth.
func TestBareFramesAreReadWhereTheyLie(t *testing.T) {
	src := newScene(t, "synthetic:320x240", true, 20)
	out := &notes{}
	det := &sized{colours: colours{reduce: 4}}
	l := loop(t, Config{Source: src, Detector: det, Every: true, Sinks: []Sink{out}})
	found := 0
	out.onView = func(v *View) {
		for _, shape := range src.Truth(nil, v.Sequence) {
			for _, tr := range v.Tracks {
				if tr.Detection.Box.IoU(shape.Box) > 0.85 {
					found++
				}
			}
		}
	}
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if det.w != 320 || det.h != 240 || found < 50 {
		t.Errorf("the detector saw %d×%d; %d shapes were found", det.w, det.h, found)
	}
}

// sized notes what size it was shown.
type sized struct {
	colours
	w, h int
}

func (s *sized) Detect(ctx context.Context, src vision.Rows, region vision.Box, dst []vision.Detection) ([]vision.Detection, error) {
	s.w, s.h = src.Size()
	return s.colours.Detect(ctx, src, region, dst)
}

// TestJPEGsAreDecodedAsSmallAsWillDo holds boxes of frames that were decoded at
// a half against those in full size.
func TestJPEGsAreDecodedAsSmallAsWillDo(t *testing.T) {
	for _, whole := range []bool{false, true} {
		src := newScene(t, "synthetic:320x240", true, 20)
		src.change = func(n int, f *capture.Frame) { compress(t, f) }
		out := &notes{}
		l := loop(t, Config{Source: src, Detector: &colours{reduce: 2.5}, Every: true, Whole: whole, Sinks: []Sink{out}})
		shrunk, found := 0, 0
		out.onView = func(v *View) {
			if v.Picture.Shrink() == 2 {
				shrunk++
			}
			full, err := v.Picture.Full()
			if err != nil || full.W != 320 || full.H != 240 || v.W != 320 {
				t.Errorf("full size: %v", err)
			}
			if b, ok := v.Picture.JPEG(); !ok || len(b) == 0 {
				t.Error("no JPEG")
			}
			for _, shape := range src.Truth(nil, v.Sequence) {
				for _, tr := range v.Tracks {
					if tr.Detection.Box.IoU(shape.Box) > 0.85 {
						found++
					}
				}
			}
		}
		if err := l.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{false: 19, true: 0}[whole]; shrunk != want || found < 50 {
			t.Errorf("%d frames were decoded at a half, want %d; %d shapes were found", shrunk, want, found)
		}
	}
}

// compress makes an MJPEG frame of one that is not.
func compress(t testing.TB, f *capture.Frame) {
	var m vision.Image
	f.Raster.Image(&m)
	pic := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i := range m.W * m.H {
		copy(pic.Pix[i*4:], m.Pix[i*3:i*3+3])
		pic.Pix[i*4+3] = 255
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, pic, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	f.Format, f.Planes = capture.MJPEG, [3]capture.Plane{{Pix: b.Bytes()}}
}

func TestDamagedFramesAreCounted(t *testing.T) {
	src := newScene(t, "synthetic:64x64", true, 10)
	src.change = func(n int, f *capture.Frame) {
		compress(t, f)
		if n%2 == 1 {
			f.Planes[0].Pix = f.Planes[0].Pix[:len(f.Planes[0].Pix)/2]
		}
	}
	l := loop(t, Config{Source: src, Detector: &colours{}, Every: true})
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Failed != 5 || s.Processed != 5 {
		t.Errorf("%d damaged and %d worked on, want 5 each", s.Failed, s.Processed)
	}
}

func TestDetectorThatFailsEndsTheLoop(t *testing.T) {
	broken := errors.New("broken")
	n := 0
	det := &colours{before: func() error {
		if n++; n%40 < 35 && n > 40 {
			return broken
		}
		if n <= 20 {
			return broken // not for long enough
		}
		return nil
	}}
	l := loop(t, Config{Source: newScene(t, "synthetic:64x64", true, 0), Detector: det, Every: true})
	if err := l.Run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Run returned %v", err)
	}
	if s := l.Stats(); s.Failed != 20+maxFailing || s.Reason != reasonFailed {
		t.Errorf("%d failed; %s", s.Failed, s.Reason)
	}
}

func TestConfigIsRefused(t *testing.T) {
	src, det := newScene(t, "synthetic:64x64", true, 1), &colours{}
	for field, c := range map[string]Config{
		"Source":   {Detector: det},
		"Detector": {Source: src},
		"Deadline": {Source: src, Detector: det, Deadline: -1},
		"Update":   {Source: src, Detector: det, Update: -1},
		"Region":   {Source: src, Detector: det, Region: vision.Box{X1: 0.5, X2: 1.5, Y2: 1}},
	} {
		var e *ErrConfig
		if _, err := New(c); !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
