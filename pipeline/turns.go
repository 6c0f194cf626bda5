package pipeline

import (
	"context"
	"slices"
	"sync"
)

// Turns shares the machine among loops: no more frames are worked on at a
// time than it has turns. A loop waits for its turn behind those that came
// before it, once at most, and queues anew for its next frame; so those that
// wait are served round by round, and a fast source gets no more than its
// share while a slow one has a frame to show. Since a loop takes its frame
// only when its turn has come, what it then works on is the newest.
type Turns struct {
	mu    sync.Mutex
	free  int
	queue []*turn
}

// turn is a loop's place in the queue.
type turn struct{ come chan struct{} }

func newTurn() *turn { return &turn{make(chan struct{}, 1)} }

// NewTurns returns Turns of n frames at a time, at least one: as many as the
// loops' plan.Pool has threads.
func NewTurns(n int) *Turns { return &Turns{free: max(n, 1)} }

// take waits for a turn. The error is ctx's, and then there is nothing to give
// back.
func (t *Turns) take(ctx context.Context, me *turn) error {
	t.mu.Lock()
	if t.free > 0 {
		t.free--
		t.mu.Unlock()
		return nil
	}
	t.queue = append(t.queue, me)
	t.mu.Unlock()
	select {
	case <-me.come:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	i := slices.Index(t.queue, me)
	if i >= 0 {
		t.queue = slices.Delete(t.queue, i, i+1)
	}
	t.mu.Unlock()
	if i < 0 { // it has come meanwhile
		<-me.come
		t.give()
	}
	return ctx.Err()
}

// give gives a turn back, to the loop that has waited longest if one does.
func (t *Turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 {
		t.free++
		return
	}
	t.queue[0].come <- struct{}{}
	t.queue = slices.Delete(t.queue, 0, 1)
}
