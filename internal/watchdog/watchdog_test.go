package watchdog

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// manager is a service manager's end of the socket.
func manager(t *testing.T, interval time.Duration) *net.UnixConn {
	t.Helper()
	// Names of sockets have a hundred bytes at most, so not t.TempDir.
	dir, err := os.MkdirTemp("", "notify")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "socket"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	t.Setenv("NOTIFY_SOCKET", c.LocalAddr().String())
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	t.Setenv("WATCHDOG_USEC", strconv.FormatInt(interval.Microseconds(), 10))
	return c
}

func receive(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4096)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

func TestStates(t *testing.T) {
	c := manager(t, time.Minute)
	w, err := New(time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		send func() error
		want string
	}{
		{func() error { return w.Ready("2 sources") }, "READY=1\nSTATUS=2 sources"},
		{func() error { return w.Status("a\nREADY=1") }, "STATUS=a; READY=1"},
		{w.Stopping, "STOPPING=1"},
	} {
		if err := s.send(); err != nil {
			t.Fatal(err)
		}
		if got := receive(t, c); got != s.want {
			t.Errorf("%q, want %q", got, s.want)
		}
	}
}

// TestFedByFrames follows the watchdog over time: fed while frames come,
// hungry once they stop, fed again when they are back.
func TestFedByFrames(t *testing.T) {
	c := manager(t, time.Minute)
	w, err := New(10 * time.Second)
	if err != nil {
		t.Fatal(err)
	}
	report := func() string { return "all is well" }
	at := func(after time.Duration) string {
		if err := w.beat(w.start.Add(after), report); err != nil {
			t.Fatal(err)
		}
		return receive(t, c)
	}
	const fed = "WATCHDOG=1\nSTATUS=all is well"
	if got := at(9 * time.Second); got != fed {
		t.Errorf("before the first frame: %q", got)
	}
	if got := at(10 * time.Second); got != "STATUS=stalled: no frame was worked on for 10s" {
		t.Errorf("after 10 s without a frame: %q", got)
	}
	w.Feed()
	w.fed.Store(int64(20 * time.Second))
	if got := at(29 * time.Second); got != fed {
		t.Errorf("9 s after a frame: %q", got)
	}
	if got := at(31 * time.Second); strings.Contains(got, "WATCHDOG") {
		t.Errorf("11 s after the last frame: %q", got)
	}
	if w.Frames() != 1 {
		t.Errorf("%d frames", w.Frames())
	}
}

func TestFeed(t *testing.T) {
	w := &Watchdog{stalledAfter: time.Hour, start: time.Now().Add(-2 * time.Hour)}
	if !w.Stalled() || w.Idle() < time.Hour {
		t.Error("two hours without a frame are no stall")
	}
	if n := testing.AllocsPerRun(100, w.Feed); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if w.Stalled() || w.Idle() > time.Hour {
		t.Error("a frame changed nothing")
	}
}

func TestRun(t *testing.T) {
	c := manager(t, 3*time.Millisecond)
	w, err := New(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx, nil) }()
	for range 3 {
		if got := receive(t, c); got != "WATCHDOG=1" {
			t.Errorf("%q", got)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestNoManager demands silence without one, and that Run ends all the same.
func TestNoManager(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	w, err := New(time.Second)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for what, err := range map[string]error{"ready": w.Ready("x"), "status": w.Status("x"), "stopping": w.Stopping(), "run": w.Run(ctx, nil)} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	t.Setenv("WATCHDOG_USEC", "soon")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	if _, err := New(time.Second); err == nil {
		t.Error("WATCHDOG_USEC=soon is taken")
	}
}
