package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/watchdog"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/serve"
	"github.com/ocellus-vision/ocellus/vision"
)

// live is a run under way.
type live struct {
	env     *cli.Env
	file    *config.File
	pool    *plan.Pool
	session *ocellus.Session
	people  *recognition // nil: nobody asks who they are
	models  []pipeline.Model
	graphs  []*nn.Graph // of each model
	turns   *pipeline.Turns
	loops   []*pipeline.Loop
	sources []*capture.Supervisor
	outs    *outputs
	page    *serve.Server   // nil: none
	shown   []*serve.Source // one a loop
	dog     *watchdog.Watchdog
	begun   time.Time
}

// live opens everything, runs until it ends, and closes everything.
func (c *runCommand) live(env *cli.Env, f *config.File) (err error) {
	l := &live{env: env, file: f, turns: pipeline.NewTurns(threads(f.Threads))}
	ctx, stop := context.WithCancelCause(env.Context)
	defer stop(nil)
	defer func() { err = errors.Join(err, l.close()) }()
	if l.dog, err = watchdog.New(f.Health.StalledAfter); err != nil {
		return err
	}
	l.pool = plan.NewPool(threads(f.Threads))
	if err := l.openModel(c); err != nil {
		return err
	}
	if err := l.openPeople(c); err != nil {
		return err
	}
	if l.outs, err = openOutputs(env, f, stop); err != nil {
		return err
	}
	if err := l.openPreview(); err != nil {
		return err
	}
	for i := range f.Sources {
		if err := l.openSource(&f.Sources[i]); err != nil {
			return err
		}
	}
	return l.run(ctx, c)
}

// openModel makes the detector ready.
func (l *live) openModel(c *runCommand) error {
	c.Models = l.file.Models
	file, err := c.Resolve(l.file.Detect.Model)
	if err != nil {
		return err
	}
	s, err := ocellus.Open(file, ocellus.WithTiling(ocellus.TileOff), ocellus.WithPool(l.pool), ocellus.WithMeta(c.Describe))
	if err != nil {
		return err
	}
	l.session = s
	if err := s.Detects(); err != nil {
		if s.Meta().Head == nil {
			err = c.Lacking(s.Name(), s.Graph())
		}
		return err
	}
	if err := knownLabels(s, &l.file.Detect); err != nil {
		return err
	}
	sum, err := s.SHA256()
	l.use(s.Name(), sum, s.Graph())
	return err
}

// use notes a model that has a part in decisions.
func (l *live) use(name, sum string, g *nn.Graph) {
	l.models, l.graphs = append(l.models, pipeline.Model{Name: name, SHA256: sum}), append(l.graphs, g)
}

// knownLabels refuses classes that the model does not know: they would never
// be seen.
func knownLabels(s *ocellus.Session, d *config.Detect) error {
	const few = 8
	known, knows := map[string]bool{}, "ocellus inspect lists those that it knows"
	for _, l := range s.Meta().Labels {
		known[l] = true
	}
	if n := len(s.Meta().Labels); n > 0 && n <= few {
		knows = "it knows " + strings.Join(s.Meta().Labels, ", ")
	}
	asked := append([]string(nil), d.Classes...)
	for l := range d.Scores {
		asked = append(asked, l)
	}
	for _, l := range asked {
		if !known[l] {
			return cli.Usagef("model %s knows no class %q; %s", s.Name(), l, knows)
		}
	}
	return nil
}

// openSource opens a source and makes a loop of it.
func (l *live) openSource(s *config.Source) error {
	f := l.file
	// Under a service manager a camera may come later than we.
	wait := os.Getenv("NOTIFY_SOCKET") != ""
	options := captureOptions(s)
	options.Stdin = os.Stdin
	src, err := capture.Supervise(s.Source, options, superviseOptions(&f.Health, wait))
	if err != nil {
		return sourceError(err)
	}
	l.sources = append(l.sources, src)
	filter, tracking := filterOf(f, s.Name), trackConfig(&f.Track)
	stream, err := l.session.NewStream(ocellus.StreamOptions{
		Least:   pipeline.LeastScore(&filter, l.session.Score(), tracking),
		Columns: f.Detect.Tiles.W, Rows: f.Detect.Tiles.H,
	})
	if err != nil {
		return err
	}
	sinks, err := l.outs.sinks(s, src.Info().FPS)
	if err != nil {
		return err
	}
	sinks = append(sinks, l.show(s.Name)...)
	faces, err := l.people.identifier()
	if err != nil {
		return err
	}
	r := f.Detect.Region
	loop, err := pipeline.New(pipeline.Config{
		Name: s.Name, Source: src, Detector: stream, Models: l.models, Every: s.Fast, Deadline: f.Deadline,
		Region: vision.Box{X1: float32(r[0]), Y1: float32(r[1]), X2: float32(r[2]), Y2: float32(r[3])},
		Motion: motionConfig(&f.Motion), Filter: filter, Zones: zonesOf(f, s.Name), Track: tracking, Update: f.Track.Update,
		Faces: faces, Sinks: append(sinks, &progress{dog: l.dog}), Turns: l.turns,
	})
	if err != nil {
		return err
	}
	l.loops = append(l.loops, loop)
	return nil
}

// frameless says that a source has not given one frame, and why.
func frameless(s capture.Snapshot) error {
	var last *capture.ErrCapture
	if errors.As(s.Err, &last) {
		e := *last
		e.Source, e.Why = s.Source, "there was not one frame: "+last.Error()
		e.Cure = "" // which last tells
		return &e
	}
	return &capture.ErrCapture{Source: s.Source, Reason: capture.Timeout, Why: "there was not one frame", Cure: "see whether what it reads from is on, and give it more time (--duration)"}
}

// sourceError gives an error of a source its exit code.
func sourceError(err error) error {
	var e *capture.ErrCapture
	var picture *vision.ErrImage
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case errors.Is(err, exec.ErrNotFound): // a program that reads the source
	case e.Reason == capture.Invalid:
		return cli.Exit(cli.Usage, err)
	case e.Reason == capture.Torn, e.Reason == capture.Unsupported, errors.As(err, &picture):
		return cli.Exit(cli.BadInput, err)
	}
	return cli.Exit(cli.Missing, err)
}

// run runs all loops until they end.
func (l *live) run(ctx context.Context, c *runCommand) error {
	if c.Duration > 0 {
		limited, stop := context.WithTimeout(ctx, c.Duration)
		defer stop()
		ctx = limited
	}
	l.begun = time.Now()
	if err := l.startPreview(c.Preview != ""); err != nil {
		return err
	}
	if err := l.dog.Ready(l.statusLine()); err != nil {
		return err
	}
	var group sync.WaitGroup
	errs := make([]error, len(l.loops))
	for i, loop := range l.loops {
		group.Add(1)
		go func() {
			defer group.Done()
			errs[i] = loop.Run(ctx)
		}()
	}
	over := make(chan struct{})
	go func() {
		group.Wait()
		close(over)
	}()
	l.watch(ctx, over)
	_ = l.dog.Stopping()
	l.closePreview()
	unwritten := l.outs.close()
	return errors.Join(l.summary(c.JSON), l.ended(errs), unwritten)
}

// ended returns what a run ends with. That it was stopped is the way for what
// is live or goes round to end, and for a file an interruption.
func (l *live) ended(errs []error) error {
	var failed []error
	interrupted := false
	for i, err := range errs {
		switch {
		case err == nil || errors.Is(err, context.DeadlineExceeded):
			if l.loops[i].Stats().Captured == 0 {
				failed = append(failed, sourceError(frameless(l.sources[i].Snapshot())))
			}
		case errors.Is(err, context.Canceled):
			// An output that nobody reads any more stops a run too.
			interrupted = interrupted || l.env.Context.Err() != nil && !l.sources[i].Info().Live && !l.file.Sources[i].Loop
		default:
			failed = append(failed, sourceError(err))
		}
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	if interrupted {
		return context.Canceled
	}
	return nil
}

// close closes what was opened; what the loops have closed is closed already.
func (l *live) close() error {
	l.closePreview()
	for _, s := range l.sources {
		_ = s.Close()
	}
	if l.outs != nil {
		_ = l.outs.close()
	}
	err := l.people.close()
	if l.session != nil {
		err = errors.Join(err, l.session.Close())
	}
	if l.pool != nil {
		l.pool.Close()
	}
	return err
}

// progress tells the watchdog of each frame that was worked on.
type progress struct{ dog *watchdog.Watchdog }

func (p *progress) Event(context.Context, *pipeline.Event) error { return nil }

func (p *progress) Frame(context.Context, *pipeline.View) error {
	p.dog.Feed()
	return nil
}
