package capture

import (
	"context"
	"sync"
	"time"
)

// session is a source that is open, or being opened, with the goroutine that
// reads it: whatever a driver or a library does, only that goroutine waits for
// it. All but run is for the Supervisor's goroutine.
type session struct {
	ask    chan struct{} // a frame is wanted; closed when none is any more
	answer chan error    // the source is open; frame is filled
	done   chan struct{} // closed when the reader has ended and closed the source
	src    Source        // valid after the first answer
	frame  Frame         // the reader's from ask to answer
	shut   sync.Once

	caller context.Context // that ctx was derived from
	ctx    context.Context // of the reader
	cancel context.CancelFunc

	wished time.Duration // when it was to be opened, or the frame was asked for
	opened bool          // the first answer has come
	asked  bool          // an answer is to come
	late   bool          // that was asked for by a call that has ended since
	began  bool          // a frame has come
}

func begin(now time.Duration, open func() (Source, error)) *session {
	c := &session{wished: now, ask: make(chan struct{}, 1), answer: make(chan error, 1), done: make(chan struct{})}
	go c.run(open)
	return c
}

func (c *session) run(open func() (Source, error)) {
	defer close(c.done)
	src, err := open()
	if err != nil {
		c.answer <- err
		return
	}
	c.src = src
	c.answer <- nil
	for range c.ask {
		c.answer <- src.Next(c.ctx, &c.frame)
	}
	c.frame.Release()
	c.close()
}

func (c *session) close() {
	c.shut.Do(func() { _ = c.src.Close() }) // a source that fails to close is done with all the same
}

// request asks for a frame, unless that was done. The reader's context ends
// with ctx and by leave. Callers mostly use one context all along, so that
// this costs nothing but the first time.
func (c *session) request(ctx context.Context, now time.Duration) {
	if c.asked {
		c.late = true
		return
	}
	if ctx != c.caller {
		if c.cancel != nil {
			c.cancel()
		}
		c.caller = ctx
		c.ctx, c.cancel = context.WithCancel(ctx)
	}
	c.asked, c.late, c.wished = true, false, now
	c.ask <- struct{}{}
}

// leave tells the reader to end.
func (c *session) leave() {
	if c.cancel != nil {
		c.cancel()
	}
	close(c.ask)
}

// detach leaves a reader that did not end alone with its source. Closing that
// may yet end it; stuck is called when it has.
func (c *session) detach(unstuck func()) {
	go func() {
		if c.opened {
			c.close()
		}
		<-c.done
		unstuck()
	}()
}
