package capture

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"
)

// fakeClock stands still unless a source or a pause moves it on. Pauses end at
// once and are kept in mind.
type fakeClock struct {
	mu     sync.Mutex
	now    time.Duration
	jump   time.Duration // of the wall clock
	timers []*fakeTimer
	pauses []time.Duration

	onPause func()
}

type fakeTimer struct {
	clock *fakeClock
	due   time.Duration
	runs  bool
	c     chan time.Time
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += d
	for _, t := range c.timers {
		if t.runs && t.due <= c.now {
			t.runs = false
			t.c <- time.Time{}
		}
	}
}

func (c *fakeClock) Elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Now has no monotonic reading, so that what goes by it goes wrong.
func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(c.now + c.jump)
}

func (c *fakeClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	c.pauses = append(c.pauses, d)
	c.mu.Unlock()
	if c.onPause != nil {
		c.onPause()
	}
	c.advance(d)
	ch := make(chan time.Time, 1)
	ch <- time.Time{}
	return ch
}

func (c *fakeClock) Timer() timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &fakeTimer{clock: c, c: make(chan time.Time, 1)}
	c.timers = append(c.timers, t)
	return t
}

func (t *fakeTimer) C() <-chan time.Time { return t.c }

func (t *fakeTimer) Reset(d time.Duration) {
	t.Stop()
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.due, t.runs = t.clock.now+d, true
	if d <= 0 {
		t.runs = false
		t.c <- time.Time{}
	}
}

func (t *fakeTimer) Stop() {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.runs = false
	select {
	case <-t.c:
	default:
	}
}

// liar is a live source that does what a function says with each frame. The
// frames are of 8×8 pixels of luma, at 25 a second.
type liar struct {
	clock *fakeClock
	info  Info
	next  func(l *liar, f *Frame) error
	n     int // of the call, from 1
	mu    sync.Mutex
	over  chan struct{}
	shut  int
}

const liarPeriod = 40 * time.Millisecond

func (l *liar) Next(ctx context.Context, f *Frame) error {
	f.Release()
	l.clock.advance(liarPeriod)
	l.n++
	return l.next(l, f)
}

func (l *liar) Info() Info { return l.info }

func (l *liar) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shut++; l.shut == 1 {
		close(l.over)
	}
	return nil
}

func (l *liar) closings() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shut
}

// fill makes f a frame whose pixels are all v, but for some that tell the time
// where noisy.
func (l *liar) fill(f *Frame, v byte, noisy bool) {
	pix := make([]byte, 64)
	for i := range pix {
		pix[i] = v
	}
	if noisy {
		binary.LittleEndian.PutUint64(pix[8:], uint64(l.clock.Elapsed()))
	}
	*f = Frame{Raster: Raster{Format: Grey, W: 8, H: 8, FullRange: true}, Sequence: uint64(l.n - 1)}
	f.Planes[0] = Plane{pix, 8}
}

// lies opens liars: the i'th opening, from 0, does what is said for it, and
// the last says it for all that come after.
type lies struct {
	clock  *fakeClock
	script []func(l *liar, f *Frame) error
	fails  map[int]error // openings that fail
	opened int
	all    []*liar
	specs  []string
	path   string
}

func (s *lies) open(spec string, _ Options) (Source, error) {
	i := s.opened
	s.opened++
	s.specs = append(s.specs, spec)
	if err := s.fails[i]; err != nil {
		return nil, err
	}
	l := &liar{clock: s.clock, info: Info{Kind: "camera", Path: s.path, Format: Grey, W: 8, H: 8, FPS: 25, Live: true}, over: make(chan struct{})}
	l.next = s.script[min(len(s.all), len(s.script)-1)]
	s.all = append(s.all, l)
	return l, nil
}

func good(l *liar, f *Frame) error {
	l.fill(f, 100, true)
	return nil
}

// lost gives n good frames and has gone then.
func lost(n int) func(*liar, *Frame) error {
	return func(l *liar, f *Frame) error {
		if l.n > n {
			return &ErrCapture{Source: "liar", Reason: Unplugged, Why: "it has gone"}
		}
		return good(l, f)
	}
}

// supervised has the liars of a script watched, and records every health.
func supervised(t testing.TB, s *lies, o SuperviseOptions) (*Supervisor, *[]Health) {
	t.Helper()
	s.clock = &fakeClock{}
	var seen []Health
	o.clock, o.Open = s.clock, s.open
	o.OnChange = func(s Snapshot) { seen = append(seen, s.Health) }
	v, err := Supervise("camera:liar", Options{}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v, &seen
}

// take takes n frames, whose sequence has to rise.
func take(t testing.TB, v *Supervisor, n int) {
	t.Helper()
	var f Frame
	for range n {
		want := v.next
		if err := v.Next(t.Context(), &f); err != nil || f.Sequence < want {
			t.Fatalf("frame %d, %d expected: %v", f.Sequence, want, err)
		}
	}
	f.Release()
}

func captureError(r Reason) error { return &ErrCapture{Source: "liar", Reason: r, Why: string(r)} }
