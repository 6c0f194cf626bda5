package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// part writes one part as cameras do, with a length or without.
func part(data []byte, length bool) []byte {
	var b bytes.Buffer
	b.WriteString("--frame\r\nContent-Type: image/jpeg\r\n")
	if length {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(data))
	}
	b.WriteString("\r\n")
	b.Write(data)
	b.WriteString("\r\n")
	return b.Bytes()
}

func TestParts(t *testing.T) {
	long := bytes.Repeat([]byte("no newline for long "), 8000)
	bodies := [][]byte{[]byte("one"), []byte("two\r\nlines\n--other\n"), long, {}, []byte("--frames are not boundaries")}
	for _, length := range []bool{true, false} {
		var b bytes.Buffer
		b.WriteString("preamble\r\n\r\n")
		for _, p := range bodies {
			b.Write(part(p, length))
		}
		b.WriteString("--frame--\r\n")
		p := newParts(&b, "--frame")
		var mem []byte
		for i, want := range bodies {
			got, err := p.next(mem)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("length %v, part %d: %.40q of %d bytes, %v", length, i, got, len(got), err)
			}
			mem = got
		}
		if _, err := p.next(mem); err == nil {
			t.Errorf("length %v: a part after the last", length)
		}
	}
	for _, bad := range []string{"--frame\r\nContent-Length: -1\r\n\r\n", "--frame\r\nContent-Length: 99999999999\r\n\r\n", "--frame\r\n" + strings.Repeat("A: b\r\n", 100)} {
		if _, err := newParts(strings.NewReader(bad), "frame").next(nil); err != errPart {
			t.Errorf("%.30q: %v", bad, err)
		}
	}
}

func FuzzParts(f *testing.F) {
	f.Add(append(part([]byte("one"), true), part([]byte("two"), false)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, total := newParts(bytes.NewReader(b), "frame"), 0
		var mem []byte
		for {
			got, err := p.next(mem)
			if err != nil {
				return
			}
			mem = got
			if total += len(got); total > len(b) {
				t.Fatalf("%d bytes of parts in %d", total, len(b))
			}
		}
	})
}

// server serves what a channel brings, until it is closed.
func server(t *testing.T, parts <-chan []byte) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != "me" || p != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", `multipart/x-mixed-replace;boundary="frame"`)
		w.(http.Flusher).Flush()
		for {
			select {
			case p, ok := <-parts:
				if !ok {
					return
				}
				w.Write(p)
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "http://", "http://me:secret@", 1) + "/video"
}

// waitFor waits until a pump has left so many frames.
func waitFor(t *testing.T, p *pump, n uint64) {
	t.Helper()
	for range 5000 {
		p.mu.Lock()
		seq := p.seq
		p.mu.Unlock()
		if seq >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d frames never came", n)
}

func TestHTTP(t *testing.T) {
	parts := make(chan []byte)
	address := server(t, parts)
	s := open(t, address, Options{Timeout: 400 * time.Millisecond})
	if i := s.Info(); strings.Contains(i.Name, "secret") || !i.Live || i.Format != MJPEG {
		t.Errorf("%+v", i)
	}
	one, _ := jpegOf(t, 16, 16, 1)
	two, _ := jpegOf(t, 16, 16, 99)
	var f, g Frame
	parts <- part(one, true)
	parts <- []byte("--frame\r\n") // so that the first part has surely been read
	if err := s.Next(t.Context(), &f); err != nil || !bytes.Equal(f.Planes[0].Pix, one) || time.Since(f.Captured) > time.Second {
		t.Fatalf("%v", err)
	}
	if err := s.Next(t.Context(), &g); reasonOf(err) != Timeout {
		t.Errorf("when nothing comes: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := s.Next(ctx, &g); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("when ctx ends: %v", err)
	}
	// Nobody takes them: the newest wins, and the others are counted.
	parts <- part(two, true)[len("--frame\r\n"):]
	for range 4 {
		parts <- part(one, true)
	}
	parts <- part(two, true)
	parts <- []byte("--frame\r\n")
	waitFor(t, s.(*stream).pump, 7)
	if err := s.Next(t.Context(), &g); err != nil || !bytes.Equal(g.Planes[0].Pix, two) || g.Dropped != 5 || g.Sequence != 6 {
		t.Errorf("number %d, %d lost, %v", g.Sequence, g.Dropped, err)
	}
	if !bytes.Equal(f.Planes[0].Pix, one) {
		t.Error("the frame that is held was written over")
	}
	parts <- part([]byte("no picture"), true)[len("--frame\r\n"):]
	if err := s.Next(t.Context(), &g); reasonOf(err) != Torn {
		t.Errorf("no JPEG: %v", err)
	}
	close(parts)
	if err := s.Next(t.Context(), &g); reasonOf(err) != Unplugged {
		t.Errorf("when the server ends: %v", err)
	}
}

func TestHTTPRefuses(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			w.Write([]byte("<html>"))
		case "/login":
			w.WriteHeader(http.StatusUnauthorized)
		case "/full":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/slow":
			<-r.Context().Done()
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer s.Close()
	for path, want := range map[string]Reason{"/page": Unsupported, "/login": Permission, "/full": Busy, "/none": NotFound, "/slow": Timeout} {
		if _, err := Open(s.URL+path, Options{Timeout: 400 * time.Millisecond}); reasonOf(err) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	gone := strings.Replace(s.URL, "http://", "http://me:secret@", 1)
	s.Close()
	if _, err := Open(gone, Options{}); reasonOf(err) != NotFound || strings.Contains(err.Error(), "secret") {
		t.Errorf("nobody there: %v", err)
	}
}

// TestHTTPCloses: closing ends a wait for a server that says nothing.
func TestHTTPCloses(t *testing.T) {
	s := open(t, server(t, make(chan []byte)), Options{})
	done := make(chan error)
	go func() { done <- s.Close() }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("Close waits for the server")
	}
	if err := s.Next(t.Context(), new(Frame)); err == nil {
		t.Error("a closed stream gives frames")
	}
}

func TestRaw(t *testing.T) {
	const size = 8 * 4 * 2
	data := make([]byte, 5*size+2*16)
	for i := range data {
		data[i] = byte(i / size)
	}
	s := open(t, "raw:yuyv:8x4@25", Options{AsFast: true, Stdin: bytes.NewReader(data)})
	if i := s.Info(); i.W != 8 || i.H != 4 || i.FPS != 25 || i.Format != YUYV {
		t.Errorf("%+v", i)
	}
	var f Frame
	for i := range 5 {
		if err := s.Next(t.Context(), &f); err != nil || f.Planes[0].Pix[0] != byte(i) || f.Sequence != uint64(i) || f.Dropped != 0 {
			t.Fatalf("frame %d: number %d, %v", i, f.Sequence, err)
		}
		time.Sleep(time.Millisecond) // nothing may be lost meanwhile
	}
	err := s.Next(t.Context(), &f)
	if reasonOf(err) != Torn || err.(*ErrCapture).Rows != 2 {
		t.Errorf("within a frame: %v", err)
	}
	if err := s.Next(t.Context(), &f); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

func TestRawFormats(t *testing.T) {
	for _, f := range []Format{YUYV, UYVY, NV12, YCbCr, Grey, RGB, BGR} {
		n := frameBytes(f, 7, 5)
		s := open(t, "raw:"+f.String()+":7x5", Options{AsFast: true, Stdin: bytes.NewReader(make([]byte, 2*n))})
		var fr Frame
		for range 2 {
			if err := s.Next(t.Context(), &fr); err != nil {
				t.Fatalf("%v: %v", f, err)
			}
			fr.Row(make([]uint8, 21), 4)
		}
		if err := s.Next(t.Context(), &fr); err != io.EOF {
			t.Errorf("%v: %v", f, err)
		}
	}
}

// TestRawLive: of a live pipe the newest frame is given, and a pipe that says
// nothing is told.
func TestRawLive(t *testing.T) {
	r, w := io.Pipe()
	s := open(t, "raw:grey:4x4", Options{Stdin: r, Timeout: 50 * time.Millisecond})
	var f Frame
	for i := range 6 {
		w.Write(bytes.Repeat([]byte{byte(i)}, 16))
	}
	w.Write([]byte{9}) // so that the sixth has surely been left
	if err := s.Next(t.Context(), &f); err != nil || f.Planes[0].Pix[0] != 5 || f.Dropped != 5 {
		t.Errorf("%d lost, %v", f.Dropped, err)
	}
	if err := s.Next(t.Context(), &f); reasonOf(err) != Timeout {
		t.Errorf("when nothing comes: %v", err)
	}
	s.Close()
	if err := s.Next(t.Context(), &f); reasonOf(err) != Closed {
		t.Errorf("after Close: %v", err)
	}
	w.Close()
}

// TestHoldingTooMany: who never releases is told, and loses nothing else.
func TestHoldingTooMany(t *testing.T) {
	s := open(t, "synthetic:64x64", Options{AsFast: true, Format: Grey})
	held := make([]Frame, maxHeld+1)
	for i := range maxHeld {
		if err := s.Next(t.Context(), &held[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Next(t.Context(), &held[maxHeld]); reasonOf(err) != Busy {
		t.Errorf("%v", err)
	}
	held[3].Release()
	if err := s.Next(t.Context(), &held[maxHeld]); err != nil || held[maxHeld].Sequence != maxHeld {
		t.Errorf("after a release: number %d, %v", held[maxHeld].Sequence, err)
	}
}

// A pipe whose writer failed at once is no clip that was played to its end.
func TestRawWithoutAFrame(t *testing.T) {
	for _, n := range []int{0, 15} { // of the 16 bytes of a frame
		s := open(t, "raw:grey:4x4", Options{AsFast: true, Stdin: bytes.NewReader(make([]byte, n))})
		var f Frame
		err := s.Next(t.Context(), &f)
		if n > 0 && reasonOf(err) == Torn {
			err = s.Next(t.Context(), &f)
		}
		if reasonOf(err) != Unplugged || !strings.Contains(err.Error(), "no whole frame") {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
