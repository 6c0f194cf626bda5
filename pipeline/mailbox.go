package pipeline

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
)

// mailbox has one place for a frame, between the goroutine that reads the
// source and the one that works. A newer frame takes the place of an older
// one, which is released. Where every frame is to be worked on, the reader
// waits for room before it reads the next, so that none grows old in its hands.
type mailbox struct {
	every bool
	ready chan struct{} // something changed for the taker
	taken chan struct{} // something changed for the putter

	idle *time.Timer // the taker's

	mu       sync.Mutex
	frame    capture.Frame
	full     bool
	shut     bool // nobody takes frames any more
	ended    bool
	err      error // what ended it
	replaced uint64
}

func newMailbox(every bool) *mailbox {
	return &mailbox{every: every, ready: make(chan struct{}, 1), taken: make(chan struct{}, 1), idle: time.NewTimer(idlePeriod)}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// room waits until no frame is in the way of the next. The error is ctx's.
func (m *mailbox) room(ctx context.Context) error {
	for m.every {
		m.mu.Lock()
		full := m.full
		m.mu.Unlock()
		if !full {
			break
		}
		select {
		case <-m.taken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// put leaves a frame, which is the mailbox's from then on: f is empty
// afterwards.
func (m *mailbox) put(f *capture.Frame) {
	m.mu.Lock()
	if m.shut {
		m.mu.Unlock()
		f.Release()
		return
	}
	if m.full {
		m.frame.Release()
		m.replaced++
	}
	m.frame, m.full = *f, true
	*f = capture.Frame{}
	m.mu.Unlock()
	signal(m.ready)
}

// end says that no more frames come, and why.
func (m *mailbox) end(err error) {
	m.mu.Lock()
	m.ended, m.err = true, err
	m.mu.Unlock()
	signal(m.ready)
}

// errIdle says that no frame came for a while.
var errIdle = errors.New("no frame")

// wait returns when there is a frame. Once there will be none, it returns what
// ended the mailbox; when ctx ends, ctx's error; after idlePeriod, errIdle.
func (m *mailbox) wait(ctx context.Context) error {
	m.idle.Reset(idlePeriod)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.mu.Lock()
		full, ended, err := m.full, m.ended, m.err
		m.mu.Unlock()
		switch {
		case full:
			return nil
		case ended:
			return err
		}
		select {
		case <-m.ready:
		case <-m.idle.C:
			return errIdle
		case <-ctx.Done():
		}
	}
}

// take gives the frame to the caller; false: there is none.
func (m *mailbox) take(f *capture.Frame) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.full {
		return false
	}
	*f, m.frame, m.full = m.frame, capture.Frame{}, false
	signal(m.taken)
	return true
}

// close releases the frame that waits, and those that a reader may yet put.
func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shut, m.full = true, false
	m.frame.Release()
}

// dropped returns how many frames a newer one took the place of.
func (m *mailbox) dropped() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.replaced
}
