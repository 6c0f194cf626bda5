package serve

import (
	"bytes"
	"context"
	"image/jpeg"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"
)

// pictures reads a stream of MJPEG.
func pictures(t testing.TB, resp *http.Response) func() []byte {
	t.Helper()
	_, params, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	r := multipart.NewReader(resp.Body, params["boundary"])
	return func() []byte {
		t.Helper()
		p, err := r.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// Pictures move, have the size and what was found, and are made only while
// somebody looks. The stream outlasts the deadlines of requests.
func TestLive(t *testing.T) {
	v := start(t, Options{}, func(s *Server) { s.http.ReadTimeout, s.http.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond })
	v.frames(5)
	if _, n, _ := v.src.live.newest(); n != 0 {
		t.Error("pictures were made for nobody")
	}
	stop := v.flow()
	defer stop()
	resp := v.open(t, "/live/door.mjpeg")
	next := pictures(t, resp)
	begun := time.Now()
	var before []byte
	for i := 0; i < 5 || time.Since(begun) < 200*time.Millisecond; i++ {
		b := next()
		m, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil || m.Bounds().Dx() != 320 || m.Bounds().Dy() != 240 {
			t.Fatalf("%v, %v", m, err)
		}
		if bytes.Equal(b, before) {
			t.Error("the picture stands still")
		}
		before = b
	}
	resp.Body.Close()
	until(t, "the encoder stops when nobody looks", func() bool {
		v.src.live.mu.Lock()
		defer v.src.live.mu.Unlock()
		return !v.src.live.running
	})
	if resp, _ := v.get(t, "/live/window.mjpeg"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("another source: %d", resp.StatusCode)
	}
}

// A viewer that reads nothing holds nobody up, and is sent away.
func TestSlowViewer(t *testing.T) {
	old := patience
	patience = 100 * time.Millisecond
	defer func() { patience = old }()
	small := func(s *Server) {
		s.http.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			_ = c.(*boundedConn).Conn.(*net.TCPConn).SetWriteBuffer(4 << 10) // so that it is soon full
			return ctx
		}
	}
	v := start(t, Options{}, small)
	c, err := net.Dial("tcp", v.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.(*net.TCPConn).SetReadBuffer(4 << 10)
	if _, err := io.WriteString(c, "GET /live/door.mjpeg HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	until(t, "it looks", func() bool { return v.src.live.viewers.Load() == 1 })
	stop := v.flow()
	defer stop()
	next := pictures(t, v.open(t, "/live/door.mjpeg"))
	for v.src.live.viewers.Load() == 2 || v.src.live.viewers.Load() == 0 {
		next() // the other goes on
	}
	if v.src.live.viewers.Load() != 1 {
		t.Error("both were sent away")
	}
	next()
}

// No more look than may.
func TestMostClients(t *testing.T) {
	v := start(t, Options{Clients: 2})
	v.open(t, "/events")
	v.open(t, "/live/door.mjpeg")
	for _, path := range []string{"/events", "/live/door.mjpeg"} {
		if resp, _ := v.get(t, path); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	if resp, _ := v.get(t, "/api/state"); resp.StatusCode != http.StatusOK {
		t.Errorf("the state: %d", resp.StatusCode)
	}
}

// Close sends everybody away and leaves nothing running.
func TestNothingIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	v := start(t, Options{})
	stop := v.flow()
	live := v.open(t, "/live/door.mjpeg")
	pictures(t, live)()
	lines := v.open(t, "/events")
	if _, err := lines.Body.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	idle, err := net.Dial("tcp", v.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	stop()
	v.stop()
	for _, r := range []*http.Response{live, lines} { // what is left is the client's
		_, _ = io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	until(t, "every goroutine ends", func() bool { return runtime.NumGoroutine() <= before })
	if _, err := net.Dial("tcp", v.Addr().String()); err == nil {
		t.Error("it still listens")
	}
}

// Without viewers, a frame costs the loop no memory.
func TestFrameAllocatesNothing(t *testing.T) {
	v := start(t, Options{})
	v.frames(50)
	var a, b runtime.MemStats
	runtime.ReadMemStats(&a)
	v.frames(500)
	runtime.ReadMemStats(&b)
	if n := b.Mallocs - a.Mallocs; n > 100 {
		t.Errorf("%d allocations in 500 frames", n)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := newBounded(l, 1)
	accepted := make(chan net.Conn, 2)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := b.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	for range 2 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first := <-accepted
	select {
	case <-accepted:
		t.Error("two are open at once")
	case <-time.After(20 * time.Millisecond):
	}
	first.Close()
	first.Close()
	(<-accepted).Close()
	b.Close()
	<-ended
}
