package out

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/vision"
)

// truth finds the shapes of a synthetic scene, every frame of which it is
// asked for, by asking the scene.
type truth struct {
	src  *capture.Synthetic
	next uint64 // sequence number
	buf  []capture.Shape
}

func (d *truth) Detect(_ context.Context, _ vision.Rows, _ vision.Box, dst []vision.Detection) ([]vision.Detection, error) {
	d.buf = d.src.Truth(d.buf[:0], d.next)
	d.next++
	for _, s := range d.buf {
		dst = append(dst, vision.Detection{Label: s.Label, Class: int(s.ID) % 2, Score: 0.9, Box: s.Box})
	}
	return dst, nil
}

func (d *truth) Spent() (prepare, infer, read time.Duration) { return 1, 1, 1 }
func (d *truth) Reduction(w, h float32) float64              { return 1 }
func (d *truth) Score() float32                              { return 0.5 }

// counted is a source of so many frames.
type counted struct {
	*capture.Synthetic
	left int
}

func (c *counted) Next(ctx context.Context, f *capture.Frame) error {
	if c.left--; c.left < 0 {
		f.Release()
		return io.EOF
	}
	return c.Synthetic.Next(ctx, f)
}

// run leads frames of a scene through a loop to sinks.
func run(t testing.TB, spec string, frames int, sinks ...pipeline.Sink) pipeline.Stats {
	t.Helper()
	src, err := capture.Open(spec, capture.Options{AsFast: true})
	if err != nil {
		t.Fatal(err)
	}
	c := &counted{Synthetic: src.(*capture.Synthetic), left: frames}
	d := &truth{src: c.Synthetic}
	l, err := pipeline.New(pipeline.Config{Name: "door", Source: c, Detector: d, Every: true, Track: pipeline.DefaultTrack(), Sinks: sinks,
		Models: []pipeline.Model{{Name: "truth", SHA256: "00"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return l.Stats()
}

var errFull = errors.New("no space left on device")

// disk is a file system with room for so many bytes in its one open file.
type disk struct {
	mu   sync.Mutex
	room int64
}

func (d *disk) open(path string) (logFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	return &tinyFile{File: f, disk: d}, err
}

func (d *disk) set(room int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room = room
}

type tinyFile struct {
	*os.File
	disk *disk
}

// WriteAt writes as much as there is room for, as a disk does.
func (f *tinyFile) WriteAt(p []byte, at int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	n := min(int64(len(p)), max(f.disk.room-at, 0))
	m, err := f.File.WriteAt(p[:n], at)
	if err == nil && m < len(p) {
		err = errFull
	}
	return m, err
}
