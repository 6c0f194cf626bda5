package pipeline

import (
	"context"
	"errors"
	"sync"
)

// Sink takes events.
//
// A loop calls its sinks one after another on its own goroutine, so that what
// is slow or may be (a disk, a network, a person's program) goes behind a
// Queue, which never blocks. An error is counted and told in Stats, and the
// loop goes on.
type Sink interface {
	// Event takes what happened. e is valid during the call; see
	// Event.CopyTo.
	Event(ctx context.Context, e *Event) error
}

// FrameSink is a Sink that takes what is in every frame as well.
type FrameSink interface {
	Sink
	// Frame takes what is in a frame. v is valid during the call, which holds
	// up the loop: it looks, or takes a copy (see Snapshot), and returns.
	// Events of a frame come before its View.
	Frame(ctx context.Context, v *View) error
}

// QueueStats count what became of the events that a Queue was given.
type QueueStats struct {
	Delivered uint64 // taken by the sink without an error
	Dropped   uint64 // left out because the sink was too slow
	Failed    uint64 // that the sink took with an error
	Waiting   int
	Err       error // the last error of the sink; nil: none
}

// Queue is a Sink that passes events on in a goroutine of its own. It has room
// for a number of them; when it is full the oldest makes room for the newest
// and is counted, so that a slow sink sees what is current and holds nobody up.
// It may be used by several loops.
type Queue struct {
	sink   Sink
	cancel context.CancelFunc
	done   chan struct{}

	mu     sync.Mutex
	wake   sync.Cond
	ring   []Event
	first  int
	n      int
	closed bool
	stats  QueueStats
}

// ErrQueueClosed is what a Queue answers once it has been closed.
var ErrQueueClosed = errors.New("pipeline: the queue of a sink is closed")

// NewQueue starts a queue before a sink, with room for at least one event.
func NewQueue(sink Sink, room int) *Queue {
	ctx, cancel := context.WithCancel(context.Background())
	q := &Queue{sink: sink, cancel: cancel, done: make(chan struct{}), ring: make([]Event, max(room, 1))}
	q.wake.L = &q.mu
	go q.deliver(ctx)
	return q
}

// Event queues a copy of e. It never blocks. The one error is ErrQueueClosed.
func (q *Queue) Event(_ context.Context, e *Event) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrQueueClosed
	}
	if q.n == len(q.ring) {
		q.first = (q.first + 1) % len(q.ring)
		q.n--
		q.stats.Dropped++
	}
	e.CopyTo(&q.ring[(q.first+q.n)%len(q.ring)])
	q.n++
	q.wake.Signal()
	return nil
}

// Stats returns what has become of the events.
func (q *Queue) Stats() QueueStats {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.stats
	s.Waiting = q.n
	return s
}

// Close has no more events taken and waits until those that wait have been
// delivered, or ctx ends. Then the context of the sink's call is cancelled,
// what still waits counts as dropped, and ctx's error is returned; a sink that
// does not heed its context is left behind. The sink itself is not closed.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	q.closed = true
	q.wake.Broadcast()
	q.mu.Unlock()
	defer q.cancel()
	select {
	case <-q.done:
		return nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	q.stats.Dropped += uint64(q.n)
	q.n = 0
	q.mu.Unlock()
	return ctx.Err()
}

// deliver passes events on until the queue is closed and empty.
func (q *Queue) deliver(ctx context.Context) {
	defer close(q.done)
	var e Event // memory that goes round with the places of the ring
	for q.take(&e) {
		err := q.sink.Event(ctx, &e)
		q.mu.Lock()
		if err == nil {
			q.stats.Delivered++
		} else {
			q.stats.Failed++
			q.stats.Err = err
		}
		q.mu.Unlock()
	}
}

// take waits for the oldest event; false: there will be none.
func (q *Queue) take(e *Event) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.n == 0 {
		if q.closed {
			return false
		}
		q.wake.Wait()
	}
	*e, q.ring[q.first] = q.ring[q.first], *e
	q.first = (q.first + 1) % len(q.ring)
	q.n--
	return true
}
