package capture

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSuperviseVanishesAndReturns(t *testing.T) {
	s := &lies{
		script: []func(*liar, *Frame) error{lost(5), good},
		fails:  map[int]error{1: captureError(NotFound), 2: captureError(Permission), 3: captureError(Invalid)},
	}
	v, seen := supervised(t, s, SuperviseOptions{Backoff: time.Second, MaxBackoff: 3 * time.Second})
	take(t, v, 12)
	if want := []Health{Opening, OK, Gone, OK}; !slices.Equal(*seen, want) {
		t.Errorf("%v, want %v", *seen, want)
	}
	snap := v.Snapshot()
	if snap.Reopened != 1 || snap.Frames != 12 || snap.Abandoned != 0 || snap.State != Up || s.all[0].shut != 1 {
		t.Errorf("%+v, closed %d times", snap, s.all[0].shut)
	}
	// The reader fetches no frame that nobody asked for, so that none is lost.
	if v.next != 12 {
		t.Errorf("the next frame is number %d", v.next)
	}
	for i, want := range []time.Duration{1, 2, 3, 3} {
		if got := s.clock.pauses[i].Seconds() / want.Seconds() / 1e9; got < 0.8 || got > 1.2 {
			t.Errorf("attempt %d after %v, want about %d s", i, s.clock.pauses[i], want)
		}
	}
}

// TestSuperviseHurriesAgain: after frames have come for a while the first
// attempt is quick again, and before that it is not.
func TestSuperviseHurriesAgain(t *testing.T) {
	s := &lies{script: []func(*liar, *Frame) error{lost(1), lost(1), lost(1), lost(int(settled/liarPeriod) + 10), good}}
	v, _ := supervised(t, s, SuperviseOptions{Backoff: time.Second})
	take(t, v, int(settled/liarPeriod)+20)
	for i, want := range []float64{1, 2, 4, 1} {
		if got := s.clock.pauses[i].Seconds() / want; got < 0.8 || got > 1.2 {
			t.Errorf("attempt %d after %v, want about %v s", i, s.clock.pauses[i], want)
		}
	}
}

func TestSuperviseRefusesAtOnce(t *testing.T) {
	for _, spec := range []string{"", "/no/such/file.avi", "synthetic:1x1", "gopher://host/"} {
		if v, err := Supervise(spec, Options{}, SuperviseOptions{}); v != nil || reasonOf(err) == "" || reasonOf(err).Temporary() {
			t.Errorf("%q: %v", spec, err)
		}
	}
	// What is busy is waited for, and so, where that is asked for, is what
	// is not there; but not what turns out to make no sense.
	s := &lies{script: []func(*liar, *Frame) error{good}, fails: map[int]error{0: captureError(Busy), 1: captureError(Timeout)}}
	v, seen := supervised(t, s, SuperviseOptions{})
	if i := v.Info(); i.W != 0 || i.Name == "" {
		t.Errorf("before it is open: %+v", i)
	}
	take(t, v, 3)
	if want := []Health{Opening, Reopening, Stalled, OK}; !slices.Equal(*seen, want) || v.Info().W != 8 {
		t.Errorf("%v, want %v; %+v", *seen, want, v.Info())
	}
	s = &lies{script: []func(*liar, *Frame) error{good}, fails: map[int]error{0: captureError(NotFound)}}
	v, _ = supervised(t, s, SuperviseOptions{Wait: true})
	take(t, v, 3)
	s = &lies{script: []func(*liar, *Frame) error{good}, fails: map[int]error{0: captureError(Busy), 1: captureError(Invalid)}}
	v, _ = supervised(t, s, SuperviseOptions{})
	for range 2 {
		if err := v.Next(t.Context(), new(Frame)); reasonOf(err) != Invalid || v.Snapshot().Health != Ended {
			t.Errorf("%v, %v", err, v.Snapshot().Health)
		}
	}
}

// never does not answer until it is told to, while time goes on.
func never(end <-chan struct{}, heedsClose bool) func(*liar, *Frame) error {
	return func(l *liar, _ *Frame) error {
		over := l.over
		if !heedsClose {
			over = nil
		}
		for {
			select {
			case <-end:
				return errors.New("at last")
			case <-over:
				return closedError("liar")
			default:
				l.clock.advance(100 * time.Millisecond)
				time.Sleep(50 * time.Microsecond)
			}
		}
	}
}

func TestSuperviseReaderNeverAnswers(t *testing.T) {
	s := &lies{script: []func(*liar, *Frame) error{never(nil, true), good}}
	v, seen := supervised(t, s, SuperviseOptions{})
	take(t, v, 3)
	if want := []Health{Opening, Stalled, OK}; !slices.Equal(*seen, want) {
		t.Errorf("%v, want %v", *seen, want)
	}
	eventually(t, "the reader ends once its source is closed", func() bool { return v.Snapshot().Stuck == 0 })
	if s := v.Snapshot(); s.Abandoned != 1 || s.Reopened != 1 || s.Cause != Timeout {
		t.Errorf("%+v", s)
	}
}

// TestSuperviseNothingHelps: readers that not even Close ends are few, and
// when they are back it goes on.
func TestSuperviseNothingHelps(t *testing.T) {
	end := make(chan struct{})
	hang := never(end, false)
	s := &lies{script: []func(*liar, *Frame) error{hang, hang, hang, hang, good}}
	v, _ := supervised(t, s, SuperviseOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	most := int64(0)
	s.clock.onPause = func() {
		n := v.published.stuck.Load()
		most = max(most, n)
		if n == maxStuck && len(s.clock.pauses) > 30 {
			cancel()
		}
	}
	if err := v.Next(ctx, new(Frame)); !errors.Is(err, context.Canceled) || most != maxStuck || s.opened != maxStuck {
		t.Errorf("%v; %d readers hang, %d openings", err, most, s.opened)
	}
	if snap := v.Snapshot(); snap.Health != Stalled || !strings.Contains(snap.Problem, "hang") {
		t.Errorf("%+v", snap)
	}
	close(end)
	eventually(t, "the readers are back", func() bool { return v.Snapshot().Stuck == 0 })
	s.clock.onPause = nil
	take(t, v, 3)
	for i, l := range s.all[:maxStuck] {
		if l.shut != 1 {
			t.Errorf("source %d was closed %d times", i, l.shut)
		}
	}
}

// TestSuperviseOpeningHangs: neither does an opening that never ends hold it.
func TestSuperviseOpeningHangs(t *testing.T) {
	s := &lies{script: []func(*liar, *Frame) error{good}, clock: &fakeClock{}}
	end := make(chan struct{})
	first := true
	v, err := Supervise("camera:liar", Options{}, SuperviseOptions{clock: s.clock, Open: func(spec string, o Options) (Source, error) {
		src, err := s.open(spec, o)
		if first {
			first = false
			never(end, false)(src.(*liar), nil)
		}
		return src, err
	}})
	if err != nil || v.Snapshot().Health != Stalled {
		t.Fatalf("%v, %v", err, v.Snapshot().Health)
	}
	defer v.Close()
	take(t, v, 2)
	if v.Snapshot().Stuck != 1 {
		t.Errorf("%+v", v.Snapshot())
	}
	close(end)
	eventually(t, "the first opening is undone", func() bool { return v.Snapshot().Stuck == 0 && s.all[0].closings() == 1 })
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 5000 {
		if is() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func TestSuperviseTorn(t *testing.T) {
	// Two of three frames are damaged: that is borne.
	s := &lies{script: []func(*liar, *Frame) error{func(l *liar, f *Frame) error {
		if l.n%3 != 0 {
			return captureError(Torn)
		}
		return good(l, f)
	}}}
	v, seen := supervised(t, s, SuperviseOptions{Torn: 3})
	take(t, v, 20)
	if snap := v.Snapshot(); snap.Torn != 40 || snap.Reopened != 0 || snap.Health != OK || snap.Cause != Torn {
		t.Errorf("%+v, %v", snap, *seen)
	}
	// All are: that is not.
	s = &lies{script: []func(*liar, *Frame) error{func(l *liar, f *Frame) error {
		if l.n > 1 {
			return captureError(Torn)
		}
		return good(l, f)
	}, good}}
	v, seen = supervised(t, s, SuperviseOptions{Torn: 3})
	take(t, v, 3)
	if snap := v.Snapshot(); snap.Torn != 3 || snap.Reopened != 1 || !slices.Equal(*seen, []Health{Opening, OK, Reopening, OK}) {
		t.Errorf("%+v, %v", snap, *seen)
	}
}

// TestSuperviseReports: damage that is found in decoding counts as well.
func TestSuperviseReports(t *testing.T) {
	s := &lies{script: []func(*liar, *Frame) error{good}}
	v, _ := supervised(t, s, SuperviseOptions{Torn: 3})
	for i, err := range []error{io.EOF, io.EOF, nil, io.EOF, io.EOF, io.EOF, nil} {
		take(t, v, 1)
		v.Report(err)
		if want := uint64(0); i == 6 && v.Snapshot().Reopened != 1 || i < 6 && v.Snapshot().Reopened != want {
			t.Errorf("after report %d: reopened %d times", i, v.Snapshot().Reopened)
		}
	}
	if v.Snapshot().Torn != 5 {
		t.Errorf("%+v", v.Snapshot())
	}
}

func TestSuperviseTellsTheHolder(t *testing.T) {
	s := &lies{script: []func(*liar, *Frame) error{func(l *liar, f *Frame) error {
		if l.n == 2 {
			return captureError(Busy)
		}
		return good(l, f)
	}}}
	v, _ := supervised(t, s, SuperviseOptions{})
	take(t, v, 1)
	if err := v.Next(t.Context(), new(Frame)); reasonOf(err) != Busy {
		t.Errorf("%v", err)
	}
	take(t, v, 1)
	if v.Snapshot().Reopened != 0 {
		t.Error("a source was opened again because its frames are held")
	}
}

// TestSuperviseWallClock: it does not matter how the wall clock is set.
func TestSuperviseWallClock(t *testing.T) {
	s := &lies{script: []func(*liar, *Frame) error{func(l *liar, f *Frame) error {
		l.clock.mu.Lock()
		l.clock.jump = time.Duration(1-l.n%3) * 10000 * time.Hour
		l.clock.mu.Unlock()
		return good(l, f)
	}}}
	v, seen := supervised(t, s, SuperviseOptions{})
	take(t, v, 200)
	if snap := v.Snapshot(); !slices.Equal(*seen, []Health{Opening, OK}) || snap.Reopened != 0 {
		t.Errorf("%v, %+v", *seen, snap)
	}
}

func TestSuperviseContextAndClose(t *testing.T) {
	end := make(chan struct{})
	s := &lies{script: []func(*liar, *Frame) error{func(l *liar, f *Frame) error {
		if l.n == 2 {
			<-end
		}
		return good(l, f)
	}}}
	v, _ := supervised(t, s, SuperviseOptions{})
	take(t, v, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	var f Frame
	if err := v.Next(ctx, &f); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("when ctx ends: %v", err)
	}
	close(end)
	eventually(t, "the reader has answered", func() bool { return len(v.cur.answer) == 1 })
	// What was read for the call before has grown old.
	if err := v.Next(t.Context(), &f); err != nil || f.Sequence != 2 || f.Dropped != 1 {
		t.Errorf("number %d, %d lost, %v", f.Sequence, f.Dropped, err)
	}
	s.all[0].next = never(nil, true)
	done := make(chan error)
	go func() { done <- v.Next(context.Background(), &f) }()
	time.Sleep(2 * time.Millisecond)
	v.Close()
	if err := <-done; reasonOf(err) != Closed {
		t.Errorf("when it is closed: %v", err)
	}
	if err := v.Next(t.Context(), &f); reasonOf(err) != Closed || v.Snapshot().Health != Shut {
		t.Errorf("after Close: %v, %v", err, v.Snapshot().Health)
	}
}

// TestSuperviseShortCalls: who waits for moments only still sees a source
// opened again, and one that hangs given up.
func TestSuperviseShortCalls(t *testing.T) {
	s := &lies{script: []func(*liar, *Frame) error{never(nil, true), lost(1), good}}
	v, _ := supervised(t, s, SuperviseOptions{})
	var f Frame
	for got := 0; got < 5; {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		switch err := v.Next(ctx, &f); {
		case err == nil:
			got++
		case !errors.Is(err, context.DeadlineExceeded):
			t.Fatal(err)
		}
		cancel()
	}
	if snap := v.Snapshot(); snap.Reopened != 2 || snap.Abandoned != 1 {
		t.Errorf("%+v", snap)
	}
}

// BenchmarkSupervise is what watching costs a frame of 640×480: the way to the
// reader and back, and the look at the picture.
func BenchmarkSupervise(b *testing.B) {
	for _, watched := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "watched"}[watched], func(b *testing.B) {
			src := open(b, "synthetic:640x480", Options{AsFast: true})
			if watched {
				v, err := Supervise("synthetic:640x480", Options{AsFast: true}, SuperviseOptions{})
				if err != nil {
					b.Fatal(err)
				}
				defer v.Close()
				src = v
			}
			var f Frame
			for b.Loop() {
				if err := src.Next(b.Context(), &f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
