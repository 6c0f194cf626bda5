package serve

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/vision"
)

const token = "a-token-of-24-characters"

// squares finds one thing in every frame.
type squares struct{}

func (squares) Detect(_ context.Context, src vision.Rows, _ vision.Box, dst []vision.Detection) ([]vision.Detection, error) {
	w, h := src.Size()
	return append(dst, vision.Detection{Label: "square", Score: 0.9, Box: vision.Box{X1: float32(w) / 4, Y1: float32(h) / 4, X2: float32(w) / 2, Y2: float32(h) / 2}}), nil
}
func (squares) Spent() (prepare, infer, read time.Duration) { return 1e6, 2e6, 1e6 }
func (squares) Reduction(w, h float32) float64              { return 1 }
func (squares) Score() float32                              { return 0.5 }

// steps is a scene whose frames come when the test says so.
type steps struct {
	*capture.Synthetic
	next chan struct{}
}

func (s *steps) Next(ctx context.Context, f *capture.Frame) error {
	select {
	case _, ok := <-s.next:
		if !ok {
			f.Release()
			return io.EOF
		}
		return s.Synthetic.Next(ctx, f)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// served is a server over a loop.
type served struct {
	*Server
	src  *Source
	next chan struct{}
	loop *pipeline.Loop
	done chan error
	stop func()
}

// start serves a scene, whose frames come as fast as next gives them.
func start(t testing.TB, o Options, change ...func(*Server)) *served {
	t.Helper()
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Rate == 0 {
		o.Rate = 1e6
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(s)
	}
	v := &served{Server: s, src: s.Source("door"), next: make(chan struct{}), done: make(chan error, 1)}
	src, err := capture.Open("synthetic:320x240", capture.Options{AsFast: true})
	if err != nil {
		t.Fatal(err)
	}
	v.loop, err = pipeline.New(pipeline.Config{Name: "door", Source: &steps{src.(*capture.Synthetic), v.next}, Detector: squares{}, Every: true,
		Track: pipeline.DefaultTrack(), Sinks: []pipeline.Sink{v.src}, Models: []pipeline.Model{{Name: "squares", SHA256: "0f"}}})
	if err != nil {
		t.Fatal(err)
	}
	v.src.Watch(v.loop.Stats)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		v.done <- v.loop.Run(ctx)
	}()
	var once sync.Once
	v.stop = func() {
		once.Do(func() {
			cancel()
			<-over
			ctx, end := context.WithTimeout(context.Background(), 10*time.Second)
			defer end()
			if err := s.Close(ctx); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
	t.Cleanup(v.stop)
	return v
}

// frames lets so many pass.
func (v *served) frames(n int) {
	for range n {
		v.next <- struct{}{}
	}
}

// flow lets frames pass until the returned function is called.
func (v *served) flow() (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case v.next <- struct{}{}:
				time.Sleep(time.Millisecond)
			case <-end:
				return
			}
		}
	}()
	return func() { close(end); <-ended }
}

func (v *served) url(path string) string { return "http://" + v.Addr().String() + path }

// get asks for a path, with headers in pairs, as a client that follows nothing.
func (v *served) get(t testing.TB, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, v.url(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	return v.do(t, r, headers...)
}

func (v *served) do(t testing.TB, r *http.Request, headers ...string) (*http.Response, string) {
	t.Helper()
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	tr := &http.Transport{DisableKeepAlives: true}
	c := http.Client{Transport: tr, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// open begins a stream, which ends with the test.
func (v *served) open(t testing.TB, path string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.url(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func has(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not in:\n%.3000s", p, text)
		}
	}
}
