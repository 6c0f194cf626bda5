package pipeline

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
)

// TestStaleFramesAreLeftOut has a third of the frames come long after they
// were captured.
func TestStaleFramesAreLeftOut(t *testing.T) {
	src := newScene(t, "synthetic:64x64", true, 30)
	start := time.Now()
	src.change = func(n int, f *capture.Frame) {
		if n < 10 {
			f.Captured = start.Add(time.Duration(n)*time.Millisecond - 2*time.Hour)
		}
	}
	l := loop(t, Config{Source: src, Detector: &colours{}, Every: true, Deadline: time.Hour})
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Late != 10 || s.Processed != 20 || s.Age.Longest > time.Hour {
		t.Errorf("%d late, %d worked on, oldest %v", s.Late, s.Processed, s.Age.Longest)
	}
}

// TestWorkThatWouldEndLateIsLeftOut has one frame take so long that those
// after it seem to be in vain; but not for ever.
func TestWorkThatWouldEndLateIsLeftOut(t *testing.T) {
	l := loop(t, Config{Source: newScene(t, "synthetic:64x64", true, 200), Detector: &colours{}, Every: true, Deadline: time.Hour})
	l.estimate[StageInfer] = 8 * time.Hour
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	// (15/16)^n falls below 1/8 at n = 33.
	if s := l.Stats(); s.Late < 30 || s.Late > 36 || s.Processed != 200-s.Late || s.Missed != 0 {
		t.Errorf("%d late, %d worked on, %d missed", s.Late, s.Processed, s.Missed)
	}
}

func TestEstimateIsAMeanOfLate(t *testing.T) {
	var e estimate
	var times StageTimes
	for range 100 {
		times[StageInfer], times[StageDecode] = 10*time.Millisecond, time.Millisecond
		e.learn(&times)
	}
	if got := e.from(StageDecode); got != 11*time.Millisecond {
		t.Errorf("all takes %v", got)
	}
	if got := e.from(StagePrepare); got != 10*time.Millisecond {
		t.Errorf("what comes after decoding takes %v", got)
	}
	times[StageInfer] = 90 * time.Millisecond
	e.learn(&times)
	if got := e[StageInfer]; got != 20*time.Millisecond {
		t.Errorf("after a long frame, %v", got)
	}
}

// TestClocksMayJump sets the source's clock ahead, and back. Ages stay those of
// the frames, and tracks go on or end, but nothing breaks.
func TestClocksMayJump(t *testing.T) {
	src := newScene(t, "synthetic:64x64@30", true, 300)
	start := time.Now().Round(0) // by the wall clock alone
	src.change = func(n int, f *capture.Frame) {
		f.Captured = start.Add(time.Duration(n) * time.Microsecond)
		switch {
		case n >= 200: // back, to long ago
			f.Captured = f.Captured.Add(-1000 * time.Hour)
		case n >= 100: // ahead
			f.Captured = f.Captured.Add(1000 * time.Hour)
		}
	}
	out := &notes{}
	l := loop(t, Config{Source: src, Detector: &colours{}, Every: true, Track: DefaultTrack(), Deadline: time.Hour, Sinks: []Sink{out}})
	l.clock.fps = 0 // timed by capture, as what is live
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := l.Stats()
	if s.Processed != 300 || s.Late != 0 || s.Age.Longest > time.Hour {
		t.Errorf("%d worked on, %d late, oldest %v", s.Processed, s.Late, s.Age.Longest)
	}
	if enter, leave := len(out.of(Enter)), len(out.of(Leave)); enter == 0 || enter != leave {
		t.Errorf("%d entered, %d left", enter, leave)
	}
}

func TestStampsThatCannotBe(t *testing.T) {
	now := time.Now()
	var c clock
	at := func(d time.Duration, later time.Duration) time.Duration {
		f := capture.Frame{}
		f.Captured = now.Add(d)
		c.stamp(&f, now.Add(later))
		return f.Captured.Sub(now)
	}
	for i, s := range []struct{ captured, now, want time.Duration }{
		{-time.Second, 0, -time.Second},
		{time.Second, 0, 0},                      // from the future
		{-time.Minute, time.Second, time.Second}, // set back: followed from here
		{-time.Minute + time.Second, 4 * time.Second, 2 * time.Second},
	} {
		if got := at(s.captured, s.now); got != s.want {
			t.Errorf("%d: captured %v, want %v", i, got, s.want)
		}
	}
}

// TestSlowConsumerHoldsNobodyUp has a consumer that takes nothing.
func TestSlowConsumerHoldsNobodyUp(t *testing.T) {
	stuck := NewQueue(funcSink(func(ctx context.Context, _ *Event) error { <-ctx.Done(); return ctx.Err() }), 4)
	l := loop(t, Config{Source: newScene(t, "synthetic:64x64", true, 100), Detector: &colours{}, Every: true, Sinks: []Sink{stuck}})
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := l.Stats()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := stuck.Close(ctx); err == nil {
		t.Error("the queue was emptied")
	}
	<-stuck.done
	q := stuck.Stats()
	if s.Processed != 100 || s.Events < 100 || q.Dropped+q.Failed != s.Events {
		t.Errorf("%d frames; of %d events %d dropped and %d failed", s.Processed, s.Events, q.Dropped, q.Failed)
	}
}

func TestErrorsOfSinksAreCounted(t *testing.T) {
	full := errors.New("no room on the disk")
	sink := funcSink(func(context.Context, *Event) error { return full })
	l := loop(t, Config{Source: newScene(t, "synthetic:64x64", true, 10), Detector: &colours{}, Every: true, Sinks: []Sink{sink}})
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.SinkErrors == 0 || s.SinkErrors != s.Events || s.SinkError != full.Error() {
		t.Errorf("%d errors of %d events, %q", s.SinkErrors, s.Events, s.SinkError)
	}
}

// TestSourceThatVanishesAndReturns goes through capture.Supervise.
func TestSourceThatVanishesAndReturns(t *testing.T) {
	var opened atomic.Int64
	back := make(chan struct{})
	open := func(spec string, o capture.Options) (capture.Source, error) {
		n := opened.Add(1)
		if n == 2 {
			return nil, &capture.ErrCapture{Source: spec, Reason: capture.NotFound, Why: "it is not there"}
		}
		s := newScene(t, "synthetic:64x64@200", false, 0)
		s.before = func(ctx context.Context, k int) error {
			switch {
			case n == 1 && k == 30:
				return &capture.ErrCapture{Source: spec, Reason: capture.Unplugged, Why: "it has gone"}
			case n > 1 && k == 0:
				select {
				case <-back:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		}
		return liveScene{s}, nil
	}
	src, err := capture.Supervise("camera:fake", capture.Options{}, capture.SuperviseOptions{Open: open, Backoff: time.Millisecond, MaxBackoff: time.Millisecond, Deadline: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	out := &notes{}
	track := DefaultTrack()
	track.MaxLost = 100 * time.Millisecond
	l := loop(t, Config{Source: src, Detector: &colours{}, Track: track, Sinks: []Sink{out}})
	done := begin(t, l)
	until(t, "a lost source is told of", func() bool {
		for _, e := range out.of(State) {
			if e.State == string(capture.Down) && e.Reason != string(capture.Opening) && e.Detail != "" {
				return true
			}
		}
		return false
	})
	until(t, "tracks leave that nothing shows any more", func() bool { return len(out.of(Leave)) >= len(out.of(Enter)) && len(out.of(Enter)) > 0 })
	for _, e := range out.of(Leave) {
		if e.Reason != string(capture.Stalled) && e.Reason != "" {
			t.Errorf("event %s", e.AppendJSON(nil))
		}
	}
	entered := len(out.of(Enter))
	close(back)
	until(t, "tracks come again", func() bool { return len(out.of(Enter)) > entered && l.Stats().State == string(capture.Up) })
	if s := l.Stats(); s.Reopened == 0 {
		t.Errorf("reopened %d times", s.Reopened)
	}
	select {
	case err := <-done:
		t.Errorf("the loop is over: %v", err)
	default:
	}
}

// liveScene is a scene that says it is a camera.
type liveScene struct{ *scene }

func (s liveScene) Info() capture.Info {
	i := s.scene.Info()
	i.Live, i.Kind = true, "camera"
	return i
}

func TestSourceThatGoesForGoodEndsTheLoop(t *testing.T) {
	gone := &capture.ErrCapture{Source: "x", Reason: capture.Unplugged, Why: "it has gone"}
	src := newScene(t, "synthetic:64x64", true, 0)
	src.before = func(_ context.Context, n int) error {
		if n == 5 {
			return gone
		}
		return nil
	}
	l := loop(t, Config{Source: src, Detector: &colours{}, Every: true})
	if err := l.Run(t.Context()); !errors.Is(err, gone) {
		t.Errorf("Run returned %v", err)
	}
	if s := l.Stats(); s.Processed != 5 || s.State != "over" || s.Reason != "unplugged" {
		t.Errorf("%d frames; %s, %s", s.Processed, s.State, s.Reason)
	}
}

func TestTemporaryErrorsAreSurvived(t *testing.T) {
	src := newScene(t, "synthetic:64x64", true, 8)
	src.before = func(_ context.Context, n int) error {
		switch n {
		case 2:
			return &capture.ErrCapture{Reason: capture.Timeout, Why: "late"}
		case 4:
			return &capture.ErrCapture{Reason: capture.Torn, Why: "torn"}
		}
		return nil
	}
	l := loop(t, Config{Source: src, Detector: &colours{}, Every: true})
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Processed != 6 || s.Failed != 1 || s.Captured != 7 {
		t.Errorf("%d frames, %d captured, %d failed", s.Processed, s.Captured, s.Failed)
	}
}

// TestReaderThatNeverAnswersIsLeftBehind has a source that heeds no context.
func TestReaderThatNeverAnswersIsLeftBehind(t *testing.T) {
	src := newScene(t, "synthetic:64x64", true, 0)
	hangs, goOn := make(chan struct{}), make(chan struct{})
	src.before = func(_ context.Context, n int) error {
		if n == 3 {
			close(hangs)
			<-goOn
		}
		return nil
	}
	l := loop(t, Config{Source: src, Detector: &colours{}})
	l.patience = time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-hangs
		cancel()
	}()
	err := l.Run(ctx)
	var e *capture.ErrCapture
	if !errors.Is(err, context.Canceled) || !errors.As(err, &e) || e.Reason != capture.Timeout || e.Cure == "" {
		t.Errorf("Run returned %v", err)
	}
	close(goOn)
	<-src.closed // by the reader, once it answers
	if l.box.full || l.box.frame.Format != capture.AnyFormat {
		t.Error("a frame was kept")
	}
}
