package pipeline

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/capture/jpeg"
	"github.com/ocellus-vision/ocellus/pipeline/track"
	"github.com/ocellus-vision/ocellus/pipeline/zone"
	"github.com/ocellus-vision/ocellus/vision"
)

// Loop works on the frames of one source. Run and nothing else runs it; Stats
// may be asked for from any goroutine.
type Loop struct {
	c      Config
	name   string
	box    *mailbox
	turns  *Turns
	turn   *turn
	frames []FrameSink // of c.Sinks
	sinks  []Sink

	// The rest, up to mu, is the worker's.
	frame    capture.Frame
	clock    clock
	picture  Picture
	w, h     int        // of the picture as it was captured, as far as is known
	jpeg     jpeg.Scale // at which JPEGs are decoded
	dets     []vision.Detection
	scores   []float32 // of dets, before they were stretched
	scale    scale
	gate     *gate // nil: nothing is followed, and all frames are searched
	tracker  *track.Tracker
	watcher  *zone.Watcher
	followed []followed
	view     View
	event    Event
	estimate estimate
	publish  time.Duration // that the sinks took for the frame before
	failing  int           // frames in a row that the detector failed on
	looked   time.Time     // when the state of the source was looked at
	patience time.Duration // for a source that should stop
	told     string        // its reason as the sinks know it
	begun    time.Time     // when the first frame had been worked on
	worked   time.Time     // when the last had

	mu    sync.Mutex
	stats Stats
	rate  rate
}

// New returns a Loop that is ready to run. The error is an *ErrConfig, or
// one of packages motion, track and zone. The source is the Loop's from then on:
// Run closes it.
func New(c Config) (*Loop, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if c.Region == (vision.Box{}) {
		c.Region = vision.Box{X2: 1, Y2: 1}
	}
	l := &Loop{c: c, name: c.Name, box: newMailbox(c.Every), turns: c.Turns, turn: newTurn(), sinks: c.Sinks, patience: stopPatience}
	if l.name == "" {
		l.name = c.Source.Info().Name
	}
	if l.turns == nil {
		l.turns = NewTurns(1)
	}
	for _, s := range c.Sinks {
		if f, ok := s.(FrameSink); ok {
			l.frames = append(l.frames, f)
		}
	}
	if c.Every {
		l.clock.fps = c.Source.Info().FPS
	}
	if err := l.follow(); err != nil {
		return nil, err
	}
	l.stats = Stats{Source: l.name, Since: time.Now(), State: string(capture.Down), Reason: string(capture.Opening), StateSince: time.Now()}
	return l, nil
}

// follow makes what chooses frames and follows objects.
func (l *Loop) follow() (err error) {
	if err = l.c.Filter.Validate(); err != nil {
		return err
	}
	l.scale = newScale(l.c.Filter, l.c.Detector.Score(), l.c.Track)
	if l.c.Motion != nil || l.c.Track != nil {
		if l.gate, err = newGate(l.c.Motion); err != nil {
			return err
		}
	}
	if l.c.Track != nil {
		if l.tracker, err = track.New(*l.c.Track); err != nil {
			return err
		}
	}
	if len(l.c.Zones.Zones)+len(l.c.Zones.Lines) > 0 {
		l.watcher, err = zone.NewWatcher(l.c.Zones)
	}
	return err
}

// stopPatience is how long Run waits for a source that does not heed that it
// should stop.
const stopPatience = 5 * time.Second

// Run works until the source ends, which is no error, or cannot go on, whose
// error is returned, or until ctx ends, whose error is returned. Then tracks
// are told to have left, the source is closed, every frame is released and no
// goroutine is left. It may be called once.
func (l *Loop) Run(ctx context.Context) error {
	reading, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.read(reading)
	}()
	err := l.work(ctx)
	stop()
	patience := time.NewTimer(l.patience)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
		err = errors.Join(err, &capture.ErrCapture{Source: l.name, Reason: capture.Timeout, Why: "it does not answer, and was left behind", Cure: "see whether its device or its server still works"})
	}
	l.box.close()
	l.leaveAll(context.WithoutCancel(ctx))
	l.ended(err)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// work takes a frame after another.
func (l *Loop) work(ctx context.Context) error {
	for {
		err := l.box.wait(ctx)
		l.look(ctx, time.Now())
		if err == errIdle {
			continue
		}
		if err != nil {
			return err
		}
		if err = l.turns.take(ctx, l.turn); err != nil {
			return err
		}
		if l.box.take(&l.frame) {
			err = l.one(ctx, time.Now())
			l.frame.Release()
		}
		l.turns.give()
		if err != nil {
			return err
		}
	}
}

// Stats returns what the loop has done so far.
func (l *Loop) Stats() Stats {
	replaced := l.box.dropped()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.consult()
	s := l.stats
	s.Replaced, s.FPS = replaced, l.rate.fps(time.Now())
	return s
}
