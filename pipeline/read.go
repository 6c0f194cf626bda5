package pipeline

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
)

// read puts the source's frames into the mailbox until it ends, and closes it.
func (l *Loop) read(ctx context.Context) {
	src := l.c.Source
	defer src.Close()
	var f capture.Frame
	defer f.Release()
	for {
		err := l.box.room(ctx)
		if err == nil {
			err = src.Next(ctx, &f)
		}
		if err == nil {
			l.arrived(&f)
			l.box.put(&f)
		} else if l.passing(err) && ctx.Err() == nil {
			err = pause(ctx, err)
		}
		if err != nil {
			l.box.end(err)
			return
		}
	}
}

// arrived counts a frame.
func (l *Loop) arrived(f *capture.Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats.Captured++
	l.stats.LostBefore += uint64(max(f.Dropped, 0))
	if _, ok := l.c.Source.(supervised); !ok {
		l.state(capture.Up, string(capture.OK), "")
	}
}

// passing notes an error of the source, and reports whether it may yet give
// frames.
func (l *Loop) passing(err error) bool {
	var e *capture.ErrCapture
	if !errors.As(err, &e) || !e.Reason.Temporary() {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Reason == capture.Torn {
		l.stats.Captured++
		l.stats.Failed++
	} else {
		l.state(capture.Down, string(e.Reason), e.Error())
	}
	return true
}

// retryPause is for errors that a source may give again at once.
const retryPause = 10 * time.Millisecond

// pause waits a little after a temporary error that takes no time by itself.
func pause(ctx context.Context, err error) error {
	var e *capture.ErrCapture
	if errors.As(err, &e) && e.Reason == capture.Torn {
		return nil
	}
	t := time.NewTimer(retryPause)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reasonStopped is why a loop is over whose context has ended; reasonFailed,
// one whose detector cannot go on. Other reasons are capture's.
const (
	reasonStopped = "stopped"
	reasonFailed  = "failed"
)

// state notes how the source is. l.mu is held.
func (l *Loop) state(state capture.State, reason, detail string) {
	s := &l.stats
	if s.State == string(state) && s.Reason == reason {
		return
	}
	s.State, s.Reason, s.Detail, s.StateSince = string(state), reason, detail, time.Now()
}

// ended notes that the loop is over, and why.
func (l *Loop) ended(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats.Tracks = 0
	var e *capture.ErrCapture
	switch {
	case errors.Is(err, io.EOF):
		l.state(capture.Over, string(capture.Ended), "")
	case errors.As(err, &e):
		l.state(capture.Over, string(e.Reason), e.Error())
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		l.state(capture.Over, reasonStopped, "")
	default:
		l.state(capture.Over, reasonFailed, err.Error())
	}
}
