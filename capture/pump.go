package capture

import (
	"context"
	"sync"
	"time"
)

// pump reads what cannot be asked for a frame and a deadline at once, a
// connection or a pipe, in a goroutine of its own. Of a live source only the
// newest frame is kept, so that what waits in the network never grows old;
// else the reader waits until its frame is taken.
type pump struct {
	info    Info
	timeout time.Duration
	store   store
	all     bool          // no frame may be lost
	stop    chan struct{} // closed by Close
	ready   chan struct{} // there is something to take
	taken   chan struct{} // something was taken
	once    sync.Once
	timer   *time.Timer

	mu    sync.Mutex
	next  delivery
	full  bool
	final error // what ended the reader
	seq   uint64
	last  uint64 // sequence of the frame delivered last, plus one
}

type delivery struct {
	token int
	data  []byte
	at    time.Time
	seq   uint64
	err   error
}

// reading reads one frame into mem, or into larger memory.
type reading func(mem []byte) (data []byte, at time.Time, err error)

func newPump(info Info, o *Options, all bool) *pump {
	return &pump{info: info, timeout: o.timeout(), all: all, stop: make(chan struct{}), ready: make(chan struct{}, 1), taken: make(chan struct{}, 1)}
}

// run reads until an error that is not temporary.
func (p *pump) run(read reading) {
	for {
		token, mem, ok := p.store.lend()
		if !ok {
			if !p.put(delivery{err: errHeld(p.info.Name)}) || !p.pause() {
				return
			}
			continue
		}
		data, at, err := read(mem)
		if err != nil {
			p.store.release(token)
			if e, ok := err.(*ErrCapture); !ok || !e.Reason.Temporary() {
				p.end(err)
				return
			}
			if !p.put(delivery{err: err}) {
				return
			}
			continue
		}
		p.store.keep(token, data)
		if !p.put(delivery{token: token, data: data, at: at}) {
			p.store.release(token)
			return
		}
	}
}

// pause waits a little, until the caller may have released a frame.
func (p *pump) pause() bool {
	t := time.NewTimer(10 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-p.stop:
		return false
	}
}

// put leaves something to be taken; false once the source is closed.
func (p *pump) put(d delivery) bool {
	p.mu.Lock()
	for p.full && p.all {
		p.mu.Unlock()
		select {
		case <-p.taken:
		case <-p.stop:
			return false
		}
		p.mu.Lock()
	}
	if p.full && p.next.err == nil {
		p.store.release(p.next.token)
	}
	d.seq = p.seq
	p.seq++
	p.next, p.full = d, true
	p.mu.Unlock()
	signal(p.ready)
	select {
	case <-p.stop:
		return false
	default:
		return true
	}
}

func (p *pump) end(err error) {
	p.mu.Lock()
	p.final = err
	p.mu.Unlock()
	signal(p.ready)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take returns what waits, or what ended the reader.
func (p *pump) take() (d delivery, ok bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.full {
		return d, false, p.final
	}
	d, p.full = p.next, false
	signal(p.taken)
	return d, true, d.err
}

// frame waits for the next delivery and makes a frame of it, but for its
// planes.
func (p *pump) frame(ctx context.Context, f *Frame) (data []byte, err error) {
	f.Release()
	if p.timer == nil {
		p.timer = time.NewTimer(p.timeout)
	} else {
		p.timer.Reset(p.timeout)
	}
	defer p.timer.Stop()
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d, ok, err := p.take()
		if ok {
			lost := int(d.seq - p.last)
			p.last = d.seq + 1
			if err != nil {
				return nil, err
			}
			*f = Frame{Raster: Raster{Format: p.info.Format, W: p.info.W, H: p.info.H}, Captured: d.at, Sequence: d.seq, Dropped: lost, owner: &p.store, token: d.token}
			return d.data, nil
		}
		if err != nil {
			return nil, err
		}
		select {
		case <-p.ready:
		case <-p.stop:
			return nil, closedError(p.info.Name)
		case <-ctx.Done():
		case <-p.timer.C:
			return nil, &ErrCapture{Source: p.info.Name, Reason: Timeout, Why: "no frame came in " + p.timeout.String(), Cure: "see whether it still sends"}
		}
	}
}

func (p *pump) close() { p.once.Do(func() { close(p.stop) }) }
