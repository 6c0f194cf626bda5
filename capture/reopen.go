package capture

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// start begins a session, unless too many readers hang.
func (v *Supervisor) start() {
	if n := v.published.stuck.Load(); n >= maxStuck {
		v.fail(&ErrCapture{Source: v.name, Reason: Timeout, Why: "readers before it hang in the driver", Cure: "unplug it and plug it in again, or restart this machine"})
		return
	}
	v.cur = begin(v.s.clock.Elapsed(), v.opener())
}

// open waits for a session to have opened its source. It returns an error only
// where trying again is in vain, or ctx's, after which another call goes on.
func (v *Supervisor) open(ctx context.Context) error {
	c := v.cur
	_, err := v.await(ctx, v.s.OpenDeadline, "to being opened")
	if err == nil {
		v.agreed(c)
		return nil
	}
	if ctx.Err() != nil || v.stopped() {
		return err
	}
	var e *ErrCapture
	if !errors.As(err, &e) {
		e = &ErrCapture{Source: v.name, Reason: Unsupported, Why: err.Error(), Err: err}
	}
	if !v.opened && !v.hopeful(e.Reason) {
		return v.finish(e)
	}
	v.fail(e)
	return nil
}

// hopeful tells whether what could not be opened yet may be there later.
func (v *Supervisor) hopeful(r Reason) bool {
	return r.Temporary() || v.s.Wait && (r == NotFound || r == Unplugged || r == Permission)
}

// opener returns what a session opens its source by. A camera that is known
// only by its number is looked for where it is now.
func (v *Supervisor) opener() func() (Source, error) {
	spec, o, cam, s := v.spec, v.o, v.cam, v.s
	return func() (Source, error) {
		if cam == nil {
			return s.Open(spec, o)
		}
		path, err := cam.locate(spec, s.cameras)
		if err != nil {
			return nil, err
		}
		return s.Open(path, o)
	}
}

// agreed takes over a source that was opened.
func (v *Supervisor) agreed(c *session) {
	c.opened = true
	info := c.src.Info()
	path := info.Path
	info.Name = v.name
	v.published.info.Store(&info)
	v.published.damaged.Store(0)
	v.torn = 0
	v.base = v.next
	if v.opened {
		v.published.reopened.Add(1)
	}
	v.opened = true
	if path == "" || v.cam != nil || !numbered(v.spec) {
		return
	}
	if all, err := v.s.cameras(); err == nil {
		if id, ok := identityOf(all, path); ok {
			v.cam = &id
		}
	}
}

// delay returns how long to wait before the next attempt.
func (v *Supervisor) delay() time.Duration {
	d := v.s.Backoff
	for i := 1; i < v.tries && d < v.s.MaxBackoff; i++ {
		d *= 2
	}
	d = min(d, v.s.MaxBackoff)
	return time.Duration(float64(d) * (1 + jitterShare*(2*rand.Float64()-1)))
}

// pause waits until the source is to be opened again.
func (v *Supervisor) pause(ctx context.Context) error {
	d := v.due - v.s.clock.Elapsed()
	if d <= 0 {
		return nil
	}
	select {
	case <-v.s.clock.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-v.stop:
		return closedError(v.name)
	}
}

// await waits for the reader's answer until d after it was asked. It returns
// false, and why, where none came.
func (v *Supervisor) await(ctx context.Context, d time.Duration, asked string) (bool, error) {
	c := v.cur
	select {
	case err := <-c.answer: // none has to be waited for when files are read as fast as possible
		return true, err
	default:
	}
	v.timer.Reset(d - (v.s.clock.Elapsed() - c.wished))
	defer v.timer.Stop()
	select {
	case err := <-c.answer:
		return true, err
	case <-v.timer.C():
		return false, &ErrCapture{Source: v.name, Reason: Timeout, Why: "no answer in " + d.String() + " " + asked}
	case <-ctx.Done():
		return false, ctx.Err()
	case <-v.stop:
		return false, closedError(v.name)
	}
}

// read has the reader fill f.
func (v *Supervisor) read(ctx context.Context, f *Frame) error {
	c := v.cur
	c.request(ctx, v.s.clock.Elapsed())
	if c.late {
		v.discard(c)
		c.request(ctx, v.s.clock.Elapsed())
	}
	d := v.s.Deadline
	if fps := v.published.info.Load().FPS; fps > 0 {
		d = max(d, time.Duration(rateMargin/fps*float64(time.Second)))
	}
	answered, err := v.await(ctx, d, "to the wish for a frame")
	if answered {
		c.asked = false
	}
	if err == nil {
		*f, c.frame = c.frame, Frame{}
	}
	return err
}

// discard throws away what came after the call that had asked for it ended:
// of a live source it has grown old since.
func (v *Supervisor) discard(c *session) {
	if v.onlyOnce() {
		return
	}
	select {
	case err := <-c.answer:
		c.asked = false
		if err == nil {
			v.lost += 1 + c.frame.Dropped
			c.frame.Release()
		}
	default:
	}
}

// keep judges a frame that came whole, and returns whether the caller gets it.
func (v *Supervisor) keep(f *Frame) bool {
	now := v.s.clock.Elapsed()
	if v.torn = 0; v.published.damaged.Load() >= int64(v.s.Torn) && !v.onlyOnce() {
		f.Release()
		v.fail(&ErrCapture{Source: v.name, Reason: Torn, Why: "one frame after another is damaged", Cure: "another cable or port, or a smaller size"})
		return false
	}
	if c := v.cur; !c.began {
		c.began, v.since = true, now
	} else if now-v.since >= settled {
		v.tries = 0
	}
	f.Sequence += v.base
	f.Dropped += v.lost
	v.next, v.lost = f.Sequence+1, 0
	v.published.frames.Add(1)
	v.published.dropped.Add(uint64(f.Dropped))
	h := v.look.look(f, now)
	v.health(h, nil)
	if !v.onlyOnce() && v.look.hopeless(now) {
		v.refresh()
	}
	return true
}

// refresh ends a session whose picture stands still. That it does stays its
// health until another picture comes.
func (v *Supervisor) refresh() {
	h := v.published.status.Load().health
	v.end()
	v.due = v.s.clock.Elapsed()
	v.health(h, &ErrCapture{Source: v.name, Reason: NoSignal, Why: "the same picture comes again and again", Cure: "see whether the camera shows anything else once it is opened again"})
}

// end ends the session, if there is one.
func (v *Supervisor) end() {
	c := v.cur
	if c == nil {
		return
	}
	v.cur = nil
	c.leave()
	v.timer.Reset(endGrace)
	defer v.timer.Stop()
	select {
	case <-c.done:
		return
	case <-v.timer.C():
	}
	v.published.abandoned.Add(1)
	v.published.stuck.Add(1)
	c.detach(func() { v.published.stuck.Add(-1) })
}
