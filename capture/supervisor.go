package capture

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// SuperviseOptions say how a source is watched. The zero value takes what is
// usual.
type SuperviseOptions struct {
	Deadline     time.Duration // for one frame; 0: a second more than twice Options.Timeout
	OpenDeadline time.Duration // for opening; 0: 15 s
	Backoff      time.Duration // before the first reopening, doubled for each after it; 0: 250 ms
	MaxBackoff   time.Duration // 0: 30 s
	Torn         int           // damaged frames in a row after which the source is opened again; 0: 30
	Frozen       time.Duration // after which the same picture is a frozen one; 0: 5 s; < 0: never
	Dark         time.Duration // after which a black or white picture is told; 0: 2 s; < 0: never
	// Wait has Supervise wait for what is not there yet, as a service does
	// that starts before its camera.
	Wait bool
	// OnChange is called when Health changes, by the goroutine that calls
	// Next, Supervise or Close. It should be quick, and call none of those.
	OnChange func(Snapshot)
	// Open opens the source; nil: the package's Open.
	Open func(spec string, o Options) (Source, error)

	clock   clock                    // nil: the system's
	cameras func() ([]Camera, error) // nil: Cameras
}

func (s *SuperviseOptions) fill(o *Options) {
	set := func(d *time.Duration, usual time.Duration) {
		if *d == 0 {
			*d = usual
		}
	}
	set(&s.Deadline, 2*o.timeout()+time.Second)
	set(&s.OpenDeadline, 15*time.Second)
	set(&s.Backoff, 250*time.Millisecond)
	set(&s.MaxBackoff, 30*time.Second)
	set(&s.Frozen, 5*time.Second)
	set(&s.Dark, 2*time.Second)
	if s.Torn == 0 {
		s.Torn = 30
	}
	if s.Open == nil {
		s.Open = Open
	}
	if s.clock == nil {
		s.clock = systemClock{time.Now()}
	}
	if s.cameras == nil {
		s.cameras = Cameras
	}
}

const (
	maxStuck    = 4                      // readers that do not answer, before no further one is started
	endGrace    = 250 * time.Millisecond // for a reader to end before it is left alone
	settled     = 10 * time.Second       // of frames, after which reopening begins quickly again
	rateMargin  = 3                      // frames' time that a slow source is given at least
	jitterShare = 0.2
)

// Supervisor is a Source that outlives what it reads: a camera that vanishes,
// stalls or sends damage is opened again, ever more seldom, until it is back.
// Next waits for that meanwhile, and Snapshot tells of it.
type Supervisor struct {
	spec, name string
	o          Options
	s          SuperviseOptions
	stop       chan struct{} // closed by Close
	once       sync.Once
	published  published

	turn  sync.Mutex // held by Next, and by Close when Next has ended
	cur   *session   // nil: none is open
	final error      // what ended it for good
	timer timer
	look  looker
	cam   *identity // of a camera named by its number

	opened bool          // it was open once
	tries  int           // to open it since frames last came for a while
	due    time.Duration // when it is opened again
	since  time.Duration // when this session's first frame came
	base   uint64        // sequence of this session's first frame
	next   uint64        // sequence of the next frame, if none is lost
	lost   int           // frames thrown away here since the last one was given
	torn   int           // damaged frames in a row
}

// Supervise opens a source by what Kinds lists and has it watched. It returns
// an error at once where waiting is in vain: there is no such file, what is
// asked for makes no sense. What is only busy, or silent, is tried again by
// Next.
//
// Files and pipes are read once: their end is io.EOF, and what breaks them is
// told. Damaged frames are counted and left out of all sources.
func Supervise(spec string, o Options, s SuperviseOptions) (*Supervisor, error) {
	s.fill(&o)
	v := &Supervisor{spec: spec, name: redact(spec), o: o, s: s, stop: make(chan struct{}), timer: s.clock.Timer()}
	v.look = looker{frozen: s.Frozen, dark: s.Dark, shade: OK}
	v.published.info.Store(&Info{Name: v.name, Live: true})
	v.health(Opening, nil)
	v.start()
	if err := v.open(context.Background()); err != nil {
		return nil, err
	}
	return v, nil
}

// Info describes the source as it was opened last, from any goroutine. Before
// that its size is 0.
func (v *Supervisor) Info() Info { return *v.published.info.Load() }

// Snapshot tells how the source fares, from any goroutine, without waiting.
func (v *Supervisor) Snapshot() Snapshot { return v.published.snapshot(v.name) }

// Report tells what became of decoding a frame: nil, or an error for one that
// is damaged. JPEGs are not looked into here, so that who decodes them has to
// tell. It may be called from any goroutine.
func (v *Supervisor) Report(err error) {
	if err == nil {
		v.published.damaged.Store(0)
		return
	}
	v.published.damaged.Add(1)
	v.published.torn.Add(1)
}

// Next fills f with the next frame, for which it waits as long as ctx allows.
// The sequence of frames goes on over reopenings. Errors are io.EOF, ctx's
// own, one of reason Busy when the caller holds too many frames, and an
// *ErrCapture that is final: Close remains to be called.
func (v *Supervisor) Next(ctx context.Context, f *Frame) error {
	f.Release()
	v.turn.Lock()
	defer v.turn.Unlock()
	for {
		switch {
		case v.stopped():
			return closedError(v.name)
		case v.final != nil:
			return v.final
		case ctx.Err() != nil:
			return ctx.Err()
		case v.cur == nil:
			if err := v.pause(ctx); err != nil {
				return err
			}
			v.start()
			continue
		case !v.cur.opened:
			if err := v.open(ctx); err != nil {
				return err
			}
			continue
		}
		err := v.read(ctx, f)
		if err == nil && v.keep(f) {
			return nil
		}
		if err != nil {
			if err = v.judge(ctx, err); err != nil {
				return err
			}
		}
	}
}

// Close ends the source, and a Next that waits. A reader that does not answer
// is left to end by itself.
func (v *Supervisor) Close() error {
	v.once.Do(func() { close(v.stop) })
	v.turn.Lock()
	defer v.turn.Unlock()
	v.end()
	if v.final == nil {
		v.final = closedError(v.name)
	}
	v.health(Shut, nil)
	return nil
}

func (v *Supervisor) stopped() bool {
	select {
	case <-v.stop:
		return true
	default:
		return false
	}
}

// health publishes a health, and why.
func (v *Supervisor) health(h Health, err error) {
	if v.published.set(h, err, v.s.clock.Now) && v.s.OnChange != nil {
		v.s.OnChange(v.Snapshot())
	}
}

// onlyOnce reports whether what is open cannot be opened again: a file would
// begin anew, and a pipe is what is left of it.
func (v *Supervisor) onlyOnce() bool {
	i := v.published.info.Load()
	return !i.Live || i.Kind == "raw"
}

// judge decides what an error of the source means. nil: go on.
func (v *Supervisor) judge(ctx context.Context, err error) error {
	var e *ErrCapture
	switch {
	case v.stopped():
		return closedError(v.name)
	case ctx.Err() != nil:
		return ctx.Err()
	case err == io.EOF:
		return v.finish(err)
	case v.cur.late && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)):
		return nil // of a call before
	case !errors.As(err, &e):
		e = &ErrCapture{Source: v.name, Reason: Unplugged, Why: err.Error(), Err: err}
	}
	switch e.Reason {
	case Busy:
		return e // frames are not released, which the caller has to know
	case Torn, NoSignal:
		return v.damaged(e)
	case Timeout:
		if v.onlyOnce() {
			v.cur.wished = v.s.clock.Elapsed()
			v.health(Stalled, e)
			return nil
		}
	}
	if v.onlyOnce() {
		return v.finish(e)
	}
	v.fail(e)
	return nil
}

// damaged counts a frame that is left out.
func (v *Supervisor) damaged(e *ErrCapture) error {
	v.published.torn.Add(1)
	v.torn++
	h := v.published.status.Load().health
	switch {
	case v.torn < v.s.Torn:
		v.health(h, e)
	case !v.onlyOnce():
		v.fail(e)
	case v.o.Loop: // it would go round for ever
		return v.finish(e)
	}
	return nil
}

// finish ends the source for good.
func (v *Supervisor) finish(err error) error {
	v.end()
	v.final = err
	if err == io.EOF {
		v.health(Ended, nil)
	} else {
		v.health(Ended, err)
	}
	return err
}

// fail ends the session, so that another is begun.
func (v *Supervisor) fail(e *ErrCapture) {
	v.end()
	v.tries++
	v.due = v.s.clock.Elapsed() + v.delay()
	switch h := v.published.status.Load().health; {
	case e.Reason == Unplugged || e.Reason == NotFound:
		v.health(Gone, e)
	case e.Reason == Timeout:
		v.health(Stalled, e)
	case h == Stalled || h == Gone: // no better than that
		v.health(h, e)
	default:
		v.health(Reopening, e)
	}
}
