package feed

import (
	"context"
	"io"
	"sync"
)

// Reader reads batches ahead by workers, in order. Next and Close serve one
// goroutine.
type Reader struct {
	ordered chan *slot // as they will be read
	free    chan *slot
	held    *slot // what the last Next returned
	stop    chan struct{}
	done    sync.WaitGroup
	closed  bool
}

// slot is a batch being made.
type slot struct {
	Batch
	err   error
	ready chan struct{} // holds one token once the batch is made
}

// Read starts to read ahead at a step of an epoch. Epochs follow one another
// without end; with Config.Ordered there is one. The Reader is to be closed.
func (f *Feed) Read(epoch, step int) *Reader {
	n := f.cfg.Ahead + 1 // one is in the reader's hands
	r := &Reader{ordered: make(chan *slot, n), free: make(chan *slot, n), stop: make(chan struct{})}
	for range n {
		r.free <- &slot{Batch: *f.NewBatch(), ready: make(chan struct{}, 1)}
	}
	jobs := make(chan *slot, n)
	r.done.Add(1 + f.cfg.Workers)
	go func() {
		defer r.done.Done()
		defer close(r.ordered)
		defer close(jobs)
		r.hand(f, jobs, epoch, step)
	}()
	for range f.cfg.Workers {
		go func() {
			defer r.done.Done()
			for s := range jobs {
				select {
				case <-r.stop: // nobody will read it
				default:
					s.err = f.Fill(&s.Batch, s.Epoch, s.Step)
				}
				s.ready <- struct{}{}
			}
		}()
	}
	return r
}

// hand gives free batches to the workers, in order.
func (r *Reader) hand(f *Feed, jobs chan<- *slot, epoch, step int) {
	for {
		if step >= f.steps {
			if f.cfg.Ordered {
				return
			}
			epoch, step = epoch+1, 0
		}
		select {
		case <-r.stop:
			return
		case s := <-r.free:
			s.Epoch, s.Step = epoch, step
			// Both have room for all slots there are.
			jobs <- s
			r.ordered <- s
		}
		step++
	}
}

// Next returns the next batch, which is valid until the next call or Close;
// io.EOF is the end. After an error of a batch the next one may be read.
func (r *Reader) Next(ctx context.Context) (*Batch, error) {
	if r.closed {
		return nil, io.ErrClosedPipe
	}
	if r.held != nil {
		r.free <- r.held
		r.held = nil
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case s, ok := <-r.ordered:
		if !ok {
			return nil, io.EOF
		}
		<-s.ready // workers never wait for us, so this ends
		r.held = s
		if s.err != nil {
			return nil, s.err
		}
		return &s.Batch, nil
	}
}

// Close ends the workers and waits until they are gone. It may be called more
// than once.
func (r *Reader) Close() {
	if r.closed {
		return
	}
	r.closed = true
	close(r.stop)
	r.done.Wait()
}
