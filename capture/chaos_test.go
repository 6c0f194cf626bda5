package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// cutServer serves a frame whole, one whose connection is cut within it, and
// so on with each connection anew. Each picture is another.
func cutServer(t *testing.T, whole int) (address string, served *atomic.Int64) {
	t.Helper()
	var pics [][]byte
	for i := range 16 {
		p, _ := jpegOf(t, 32, 32, i*9)
		pics = append(pics, p)
	}
	served = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", `multipart/x-mixed-replace;boundary=frame`)
		for range whole {
			w.Write(part(pics[served.Add(1)%16], true))
			w.(http.Flusher).Flush()
		}
		half := part(pics[0], true)
		w.Write(half[:len(half)/2])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(s.Close)
	return s.URL, served
}

// TestSuperviseHTTPCut: a stream that is cut within a picture is opened again,
// and every picture that comes is whole.
func TestSuperviseHTTPCut(t *testing.T) {
	address, _ := cutServer(t, 1)
	v, err := Supervise(address, Options{}, SuperviseOptions{clock: &fakeClock{}})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	var f Frame
	var d Decoder
	next := uint64(0)
	for range 20 {
		if err := v.Next(t.Context(), &f); err != nil || f.Sequence < next {
			t.Fatalf("number %d: %v", f.Sequence, err)
		}
		next = f.Sequence + 1
		if r, err := d.Raster(&f); err != nil || r.W != 32 {
			t.Fatalf("frame %d: %v", f.Sequence, err)
		}
	}
	if snap := v.Snapshot(); snap.Reopened < 19 || snap.Cause != Unplugged || snap.Stuck != 0 {
		t.Errorf("%+v", snap)
	}
}

// TestSuperviseAVICut: of a video that ends within a frame all those before
// are read, and then it is at its end.
func TestSuperviseAVICut(t *testing.T) {
	path, frames := clip(t, 6, 25)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, frames[4])
	if err := os.WriteFile(path, data[:at+len(frames[4])/2], 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := Supervise(path, Options{AsFast: true}, SuperviseOptions{clock: &fakeClock{}})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	var f Frame
	for i := range 4 {
		if err := v.Next(t.Context(), &f); err != nil || !bytes.Equal(f.Planes[0].Pix, frames[i]) {
			t.Fatalf("frame %d: %v", i, err)
		}
	}
	for range 2 {
		if err := v.Next(t.Context(), &f); err != io.EOF {
			t.Errorf("at the cut: %v", err)
		}
	}
	if snap := v.Snapshot(); snap.Health != Ended || snap.State != Over || snap.Frames != 4 || snap.Reopened != 0 {
		t.Errorf("%+v", snap)
	}
}

// TestSupervisePipe: what cannot be opened again is waited for.
func TestSupervisePipe(t *testing.T) {
	r, w := io.Pipe()
	v, err := Supervise("raw:grey:4x4", Options{Stdin: r, Timeout: 5 * time.Millisecond}, SuperviseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	go func() {
		for v.Snapshot().Health != Stalled {
			time.Sleep(time.Millisecond)
		}
		w.Write(make([]byte, 16))
		w.Close()
	}()
	var f Frame
	if err := v.Next(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	if err := v.Next(t.Context(), &f); err != io.EOF || v.Snapshot().Reopened != 0 {
		t.Errorf("%v, %+v", err, v.Snapshot())
	}
}

// leaky is a live source that holds a file, gives one frame and has gone then.
type leaky struct {
	file *os.File
	mem  store
	seq  int
	hang bool
	over chan struct{}
}

func (l *leaky) Info() Info { return Info{Kind: "camera", Format: Grey, W: 64, H: 64, Live: true} }

func (l *leaky) Close() error {
	close(l.over)
	return l.file.Close()
}

func (l *leaky) Next(_ context.Context, f *Frame) error {
	f.Release()
	if l.seq++; l.seq > 1 {
		if l.hang {
			<-l.over // as what heeds no context, but is ended by Close
		}
		return &ErrCapture{Source: "leaky", Reason: Unplugged, Why: "it has gone"}
	}
	token, mem, _ := l.mem.lend()
	if mem == nil {
		mem = make([]byte, 64*64)
		l.mem.keep(token, mem)
	}
	*f = Frame{Raster: Raster{Format: Grey, W: 64, H: 64}, owner: &l.mem, token: token}
	f.lay(mem, 0)
	return nil
}

func openFiles(t *testing.T) int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not list open files")
	}
	return len(fds)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestSuperviseLeaksNothing: a thousand reopenings, of a stream over HTTP and
// of a source that holds a file and at times does not answer, leave no
// goroutine, file or memory behind.
func TestSuperviseLeaksNothing(t *testing.T) {
	address, _ := cutServer(t, 1)
	opened := 0
	for name, c := range map[string]struct {
		spec string
		s    SuperviseOptions
	}{
		"http": {address, SuperviseOptions{Backoff: time.Nanosecond, MaxBackoff: time.Nanosecond}},
		"file": {"camera:leaky", SuperviseOptions{
			Backoff: time.Nanosecond, MaxBackoff: time.Nanosecond, Deadline: time.Millisecond,
			Open: func(string, Options) (Source, error) {
				f, err := os.Open(os.DevNull)
				opened++
				return &leaky{file: f, hang: opened%250 == 0, over: make(chan struct{})}, err
			},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := Supervise(c.spec, Options{}, c.s)
			if err != nil {
				t.Fatal(err)
			}
			defer v.Close()
			run := func(times uint64) (goroutines, files int, bytes uint64) {
				var f Frame
				for v.Snapshot().Reopened < times {
					if err := v.Next(t.Context(), &f); err != nil {
						t.Fatal(err)
					}
				}
				f.Release()
				eventually(t, "all readers are back", func() bool { return v.Snapshot().Stuck == 0 })
				time.Sleep(20 * time.Millisecond) // connections are closed by goroutines of their own
				return runtime.NumGoroutine(), openFiles(t), heap()
			}
			g0, f0, b0 := run(100)
			g1, f1, b1 := run(1100)
			if g1 > g0+3 || f1 > f0+3 || b1 > b0+256<<10 {
				t.Errorf("after 1000 reopenings: goroutines %d, before %d; files %d, before %d; heap %d bytes, before %d", g1, g0, f1, f0, b1, b0)
			}
		})
	}
}

func TestSuperviseAllocatesNothing(t *testing.T) {
	path, _ := clip(t, 4, 25)
	for _, spec := range []string{"synthetic:160x120", path} {
		t.Run(fmt.Sprintf("%.9s", spec), func(t *testing.T) {
			v, err := Supervise(spec, Options{AsFast: true, Loop: true}, SuperviseOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer v.Close()
			v.look.dark = 0
			var f Frame
			ctx := t.Context()
			next := func() {
				v.look.shadeDue = 0 // so that each JPEG is looked into
				if err := v.Next(ctx, &f); err != nil {
					t.Fatal(err)
				}
			}
			for range 8 {
				next()
			}
			if n := testing.AllocsPerRun(200, next); n != 0 {
				t.Errorf("%v allocations a frame", n)
			}
		})
	}
}

func TestSuperviseForeignErrors(t *testing.T) {
	s := &lies{script: []func(*liar, *Frame) error{func(l *liar, f *Frame) error {
		if l.n > 1 {
			return errors.New("some library failed")
		}
		return good(l, f)
	}, good}}
	v, _ := supervised(t, s, SuperviseOptions{})
	take(t, v, 3)
	if snap := v.Snapshot(); snap.Reopened != 1 || snap.Problem == "" {
		t.Errorf("%+v", snap)
	}
}
