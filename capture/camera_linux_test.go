package capture

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ocellus-vision/ocellus/capture/v4l2"
)

// fake is a device whose frames are laid out beforehand.
type fake struct {
	mu     sync.Mutex
	script []step
	given  []int
	wake   chan struct{}
	stops  int
	closes int
}

type step struct {
	buf v4l2.Buffer
	err error
}

func (d *fake) Wait(most time.Duration) error {
	select {
	case <-d.wake:
		return unix.ECANCELED
	case <-time.After(most):
		return unix.ETIMEDOUT
	}
}

func (d *fake) Wake() { signal(d.wake) }

func (d *fake) Take(b *v4l2.Buffer) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.script) == 0 {
		return unix.EAGAIN
	}
	s := d.script[0]
	d.script = d.script[1:]
	*b = s.buf
	return s.err
}

func (d *fake) Give(i int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.given = append(d.given, i)
	return nil
}

func (d *fake) Stop() error  { d.stops++; return nil }
func (d *fake) Close() error { d.closes++; return nil }

const fakeW, fakeH = 8, 4

// shot is a whole YUYV frame with a number.
func shot(index int, sequence uint32) step {
	return step{buf: v4l2.Buffer{Index: index, Sequence: sequence, Data: make([]byte, fakeW*fakeH*2), Monotonic: true, Stamp: 90 * time.Millisecond}}
}

func fakeCamera(format Format, script ...step) (*camera, *fake) {
	d := &fake{script: script, wake: make(chan struct{}, 1)}
	return &camera{
		dev: d, cfg: v4l2.Config{W: fakeW, H: fakeH}, info: Info{Name: "cam", Format: format, W: fakeW, H: fakeH},
		buffers: 4, timeout: 30 * time.Millisecond, now: func() time.Duration { return 100 * time.Millisecond },
	}, d
}

func reasonOf(err error) Reason {
	var e *ErrCapture
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func TestCameraCountsLostFrames(t *testing.T) {
	c, d := fakeCamera(YUYV, shot(0, 1<<32-2), shot(1, 1<<32-1), shot(2, 3), shot(3, 3), shot(0, 1), shot(1, 2))
	var f Frame
	for i, want := range []struct {
		seq  uint64
		lost int
	}{{0, 0}, {1, 0}, {5, 3}, {6, 0}, {7, 0}, {8, 0}} {
		if err := c.Next(t.Context(), &f); err != nil || f.Sequence != want.seq || f.Dropped != want.lost {
			t.Errorf("frame %d: number %d, %d lost (%v), want %+v", i, f.Sequence, f.Dropped, err, want)
		}
		if age := time.Since(f.Captured); age < 10*time.Millisecond || age > 5*time.Second {
			t.Errorf("frame %d is %v old, want 10 ms", i, age)
		}
	}
	f.Release()
	f.Release()
	if len(d.given) != 6 {
		t.Errorf("%v given back, want 6", d.given)
	}
}

func TestCameraErrors(t *testing.T) {
	short := shot(0, 0)
	short.buf.Data = short.buf.Data[:fakeW*2*2+3]
	damaged := shot(0, 0)
	damaged.buf.Damaged = true
	for _, c := range []struct {
		name   string
		format Format
		step   step
		want   Reason
		rows   int
	}{
		{"gone", YUYV, step{err: unix.ENODEV}, Unplugged, 0},
		{"no signal", YUYV, step{err: unix.EIO}, NoSignal, 0},
		{"short", YUYV, short, Torn, 2},
		{"damaged", YUYV, damaged, Torn, 0},
		{"not a JPEG", MJPEG, shot(0, 0), Torn, 0},
		{"late", YUYV, step{err: unix.EAGAIN}, Timeout, 0},
	} {
		cam, d := fakeCamera(c.format, c.step)
		var f Frame
		err := cam.Next(t.Context(), &f)
		var e *ErrCapture
		if !errors.As(err, &e) || e.Reason != c.want || e.Rows != c.rows || e.Source != "cam" {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.want == Torn && len(d.given) != 1 {
			t.Errorf("%s: the buffer is not given back", c.name)
		}
	}
}

func TestCameraHeldFrames(t *testing.T) {
	c, d := fakeCamera(YUYV, shot(0, 0), shot(1, 1), shot(2, 2))
	var f [4]Frame
	for i := range 3 {
		if err := c.Next(t.Context(), &f[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Next(t.Context(), &f[3]); reasonOf(err) != Busy {
		t.Errorf("with every buffer held: %v", err)
	}
	if err := c.Close(); err != nil || d.stops != 1 || d.closes != 0 {
		t.Errorf("closed while frames are held: %v, %d stops, %d closes", err, d.stops, d.closes)
	}
	if err := c.Next(t.Context(), &f[3]); reasonOf(err) != Closed {
		t.Errorf("after Close: %v", err)
	}
	for i := range f {
		if i < 3 && d.closes > 0 {
			t.Error("the device is closed before the last frame is released")
		}
		f[i].Release()
	}
	if d.closes != 1 || len(d.given) != 0 {
		t.Errorf("%d closes, %v given back", d.closes, d.given)
	}
}

func TestCameraObeysContext(t *testing.T) {
	c, _ := fakeCamera(YUYV)
	c.timeout = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	var f Frame
	if err := c.Next(ctx, &f); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if err := c.Next(ctx, &f); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("again: %v", err)
	}
	// Another context: the one before must not end it.
	c.timeout = 20 * time.Millisecond
	if err := c.Next(t.Context(), &f); reasonOf(err) != Timeout {
		t.Errorf("another context: %v", err)
	}
}

func TestCameraAllocatesNothing(t *testing.T) {
	c, d := fakeCamera(YUYV)
	d.given = make([]int, 0, 1000)
	one := shot(0, 0)
	script := make([]step, 1)
	var f Frame
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() {
		one.buf.Sequence++
		script[0] = one
		d.script = script
		if err := c.Next(ctx, &f); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestCameraErrorWords(t *testing.T) {
	for _, c := range []struct {
		err    error
		reason Reason
		cure   string
	}{
		{&os.PathError{Err: unix.ENOENT}, NotFound, "plug one in"},
		{&os.PathError{Err: unix.EACCES}, Permission, "usermod"},
		{unix.EBUSY, Busy, "fuser"},
		{unix.ENODEV, Unplugged, "plug it in"},
		{unix.ENOSPC, Busy, "MJPEG"},
		{&v4l2.ErrNotCamera{Why: "a codec"}, Unsupported, "ocellus cameras"},
	} {
		if e := cameraError("/dev/video0", c.err); e.Reason != c.reason || !strings.Contains(e.Error(), c.cure) {
			t.Errorf("%v: %s %v", c.err, e.Reason, e)
		}
	}
}

func TestOpenCameraRefuses(t *testing.T) {
	if _, err := Open("/dev/video-none", Options{}); reasonOf(err) != NotFound {
		t.Errorf("no such device: %v", err)
	}
}

// TestCameraCloseEndsNext: a Next that waits ends, and closes the device when
// it no longer uses it.
func TestCameraCloseEndsNext(t *testing.T) {
	c, d := fakeCamera(YUYV)
	c.timeout = time.Minute
	done := make(chan error)
	go func() { done <- c.Next(context.Background(), new(Frame)) }()
	for {
		c.mu.Lock()
		reading := c.reading
		c.mu.Unlock()
		if reading {
			break
		}
		time.Sleep(time.Millisecond)
	}
	c.Close()
	if err := <-done; reasonOf(err) != Closed {
		t.Errorf("%v", err)
	}
	c.Close()
	if d.closes != 1 {
		t.Errorf("the device was closed %d times", d.closes)
	}
}
