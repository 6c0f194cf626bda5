package pipeline

import (
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/vision"
)

// scene is a synthetic source that ends after a number of frames, 0: never,
// and on whose way to the loop something may be done to frames.
type scene struct {
	*capture.Synthetic
	frames int
	given  int
	before func(ctx context.Context, n int) error // the n'th frame, from 0
	change func(n int, f *capture.Frame)          // what is given
	closed chan struct{}
}

func newScene(t testing.TB, spec string, asFast bool, frames int) *scene {
	t.Helper()
	src, err := capture.Open(spec, capture.Options{AsFast: asFast})
	if err != nil {
		t.Fatal(err)
	}
	return &scene{Synthetic: src.(*capture.Synthetic), frames: frames, closed: make(chan struct{})}
}

func (s *scene) Next(ctx context.Context, f *capture.Frame) error {
	n := s.given
	s.given++
	if s.frames > 0 && n >= s.frames {
		f.Release()
		return io.EOF
	}
	if s.before != nil {
		if err := s.before(ctx, n); err != nil {
			f.Release()
			return err
		}
	}
	err := s.Synthetic.Next(ctx, f)
	if err == nil && s.change != nil {
		s.change(n, f)
	}
	return err
}

func (s *scene) Close() error {
	close(s.closed)
	return s.Synthetic.Close()
}

// colours finds the four shapes of a synthetic scene by their colours.
type colours struct {
	row    []uint8
	reduce float64
	before func() error // called when a frame is to be searched
	score  float32
}

var shades = [4][3]int{{220, 40, 40}, {40, 200, 60}, {60, 80, 230}, {240, 220, 40}}

func (c *colours) Detect(ctx context.Context, src vision.Rows, region vision.Box, dst []vision.Detection) ([]vision.Detection, error) {
	if c.before != nil {
		if err := c.before(); err != nil {
			return dst, err
		}
	}
	if err := ctx.Err(); err != nil {
		return dst, err
	}
	w, h := src.Size()
	c.row = resize(c.row, w*3)
	var boxes [4]vision.Box
	for y := max(0, int(region.Y1)); y < min(h, int(region.Y2)); y++ {
		src.Row(c.row, y)
		for x := max(0, int(region.X1)); x < min(w, int(region.X2)); x++ {
			for k, s := range shades {
				if near(c.row[x*3], s[0]) && near(c.row[x*3+1], s[1]) && near(c.row[x*3+2], s[2]) {
					grow(&boxes[k], float32(x), float32(y))
				}
			}
		}
	}
	for k, b := range boxes {
		if !b.Empty() {
			dst = append(dst, vision.Detection{Label: [2]string{"square", "disc"}[k&1], Class: k, Score: c.Score() + 0.1, Box: b})
		}
	}
	return dst, nil
}

func near(v uint8, want int) bool { return int(v) > want-40 && int(v) < want+40 }

func grow(b *vision.Box, x, y float32) {
	p := vision.Box{X1: x, Y1: y, X2: x + 1, Y2: y + 1}
	if b.Empty() {
		*b = p
		return
	}
	*b = vision.Box{X1: min(b.X1, p.X1), Y1: min(b.Y1, p.Y1), X2: max(b.X2, p.X2), Y2: max(b.Y2, p.Y2)}
}

func (c *colours) Spent() (prepare, infer, read time.Duration) { return 1, 1, 1 }

func (c *colours) Reduction(w, h float32) float64 { return max(c.reduce, 1) }

func (c *colours) Score() float32 {
	if c.score == 0 {
		return 0.5
	}
	return c.score
}

// notes is a sink that keeps what it is told.
type notes struct {
	mu     sync.Mutex
	events []Event
	views  []Snapshot
	onView func(v *View)
}

func (n *notes) Event(_ context.Context, e *Event) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.events = append(n.events, Event{})
	e.CopyTo(&n.events[len(n.events)-1])
	return nil
}

func (n *notes) Frame(_ context.Context, v *View) error {
	if n.onView != nil {
		n.onView(v)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.views = append(n.views, Snapshot{})
	return n.views[len(n.views)-1].Take(v, 8)
}

// of returns the events of a type.
func (n *notes) of(what EventType) (list []Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.events {
		if e.Type == what {
			list = append(list, e)
		}
	}
	return list
}

func loop(t testing.TB, c Config) *Loop {
	t.Helper()
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// begin runs a loop until the test ends, at the latest.
func begin(t testing.TB, l *Loop) (done chan error) {
	ctx, cancel := context.WithCancel(context.Background())
	done = make(chan error, 1)
	over := make(chan struct{})
	go func() {
		defer close(over)
		done <- l.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-over
	})
	return done
}

// patience bounds how long tests wait for what comes at once unless it is
// broken.
const patience = 20 * time.Second

// until waits for something that comes about in another goroutine.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
