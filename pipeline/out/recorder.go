package out

import (
	"context"
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline"
)

// RecorderOptions say what is recorded, and where.
type RecorderOptions struct {
	// File is one file; when it is full the recording goes on in FILE-2.avi,
	// FILE-3.avi and so on. Names that are taken are passed over, so that a
	// restart keeps what was recorded before it.
	File string
	// Dir is a folder for a file after another, in place of File; the oldest
	// are deleted as Limits say, whose Bytes play no part. It may be shared by
	// Recorders of different Names, whose files are counted each by itself.
	Dir    string
	Name   string // of the source, for files in Dir
	Limits Limits

	FPS     float64 // of the video; frames are repeated or left out where they come at another rate
	MaxSize int64   // of a file in bytes; 0: what the format allows, 2 GiB
	Side    int     // of the pictures at most, in pixels; 0: 1280
	// Every has the loop wait for the recorder, so that every frame is
	// recorded: for files that are read as fast as can be. Else a frame that
	// comes while the recorder is behind is left out.
	Every bool
}

// RecorderStats count what became of frames.
type RecorderStats struct {
	Written uint64
	Dropped uint64 // left out because encoding was behind, or the rate is above FPS
	Failed  uint64 // that could not be read or written
	Files   uint64
}

// Recorder is a FrameSink that writes what it sees as MJPEG in AVI, with
// boxes, names and ages drawn in. The frames of one loop are for it.
//
// A file is complete once it is closed. One that was cut off by power or a
// full disk lacks its index, but package avi and most players read it.
type Recorder struct {
	State State

	o    RecorderOptions
	done chan struct{}
	film film // the worker's
	path string
	free chan *still
	full chan *still

	mu     sync.Mutex
	stats  RecorderStats
	closed bool
	once   sync.Once
}

// still is a frame on its way into the file.
type still struct {
	pipeline.Snapshot
	moment time.Time
}

const (
	stills        = 3
	defaultRecord = 1280
)

// NewRecorder starts a recorder. Its first file is begun by the first frame.
func NewRecorder(o RecorderOptions) (*Recorder, error) {
	if o.Side == 0 {
		o.Side = defaultRecord
	}
	switch {
	case (o.File == "") == (o.Dir == ""):
		return nil, &ErrOption{"File", o.File, "given, or else Dir"}
	case !(o.FPS > 0 && o.FPS <= 1000):
		return nil, &ErrOption{"FPS", o.FPS, "above 0, and 1000 at most"}
	case o.MaxSize < 0:
		return nil, &ErrOption{"MaxSize", o.MaxSize, "0 or more bytes"}
	case o.Side < 16:
		return nil, &ErrOption{"Side", o.Side, "16 pixels or more"}
	}
	r := &Recorder{o: o, done: make(chan struct{}), free: make(chan *still, stills), full: make(chan *still, stills)}
	var err error
	if r.film, err = newFilm(&o); err != nil {
		return nil, err
	}
	if o.File != "" {
		r.path = r.film.folder.path(r.film.name)
	}
	for range stills {
		r.free <- new(still)
	}
	go r.work()
	return r, nil
}

// Stats returns what became of the frames so far.
func (r *Recorder) Stats() RecorderStats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stats
}

// Path returns the file that the recording begins with: File, or the first of
// FILE-2 and so on that was not there; "" in a Dir.
func (r *Recorder) Path() string { return r.path }

// Event does nothing.
func (r *Recorder) Event(context.Context, *pipeline.Event) error { return nil }

// Frame takes a copy of a frame. The error is that of reading a torn one, or
// ctx's.
func (r *Recorder) Frame(ctx context.Context, v *pipeline.View) error {
	s, err := r.place(ctx)
	if s == nil {
		return err
	}
	if err := s.Take(v, r.o.Side); err != nil {
		r.free <- s
		r.count(func(c *RecorderStats) { c.Failed++ })
		return err
	}
	s.moment = v.At
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.full <- s
	}
	return nil
}

// place returns memory for a frame, nil where the frame is to be left out.
func (r *Recorder) place(ctx context.Context) (*still, error) {
	select {
	case s := <-r.free:
		return s, nil
	case <-r.done:
		return nil, nil
	default:
	}
	if !r.o.Every {
		r.count(func(c *RecorderStats) { c.Dropped++ })
		return nil, nil
	}
	select {
	case s := <-r.free:
		return s, nil
	case <-r.done:
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *Recorder) count(f func(*RecorderStats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.stats)
}

// work writes frames until there are none after Close.
func (r *Recorder) work() {
	defer close(r.done)
	for s := range r.full {
		written, err := r.film.add(s)
		_ = r.State.set(err) // which tells of it
		r.count(func(c *RecorderStats) {
			c.Files = r.film.begun
			switch {
			case err != nil:
				c.Failed++
			case written:
				c.Written++
			default:
				c.Dropped++
			}
		})
		r.free <- s
	}
	if err := r.film.end(); err != nil {
		_ = r.State.set(err)
	}
}

// Close writes the frames that wait and closes the file. When ctx ends before
// that, its error is returned.
func (r *Recorder) Close(ctx context.Context) error {
	r.once.Do(func() {
		r.mu.Lock()
		r.closed = true
		close(r.full)
		r.mu.Unlock()
	})
	select {
	case <-r.done:
		return r.State.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
