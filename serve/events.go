package serve

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline"
)

// events are the latest events, for any number of readers each at its own
// speed: who is too slow for what is kept misses some.
type events struct {
	mu      sync.Mutex
	ring    [mostEvents]event
	count   uint64        // of all that there were
	changed chan struct{} // closed when there is another
	watched bool          // somebody waits for that
}

type event struct {
	id   uint64 // from 1
	line []byte // its JSON, in memory that is used again
}

// mostEvents is how many are kept.
const mostEvents = 256

func newEvents() *events { return &events{changed: make(chan struct{})} }

func (e *events) add(ev *pipeline.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := &e.ring[e.count%mostEvents]
	e.count++
	at.id, at.line = e.count, ev.AppendJSON(at.line[:0])
	if e.watched {
		close(e.changed)
		e.changed, e.watched = make(chan struct{}), false
	}
}

// after returns copies of the events after an id that are still kept, the
// oldest first, and what is closed when there is another.
func (e *events) after(id uint64) (list []event, changed chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	first := id + 1
	if e.count > mostEvents {
		first = max(first, e.count-mostEvents+1)
	}
	for n := first; n <= e.count; n++ {
		at := &e.ring[(n-1)%mostEvents]
		list = append(list, event{at.id, append([]byte(nil), at.line...)})
	}
	e.watched = true
	return list, e.changed
}

// statePeriod is how often a page is told the state.
const statePeriod = 500 * time.Millisecond

// firstEvents is how many of the latest a new reader gets.
const firstEvents = 30

// serveEvents streams events and the state as server-sent events: each event
// as "event", with its number as id, and the state now and then as "state".
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	if !s.clients.enter() {
		busy(w)
		return
	}
	defer s.clients.leave()
	w.Header().Set("Content-Type", "text/event-stream")
	p, err := stream(w)
	if err != nil {
		return
	}
	last := s.events.from(r.Header.Get("Last-Event-ID"))
	tick := time.NewTicker(statePeriod)
	defer tick.Stop()
	if p.send(s.stateMessage()) != nil {
		return
	}
	for {
		list, changed := s.events.after(last)
		for _, e := range list {
			if e.id > last+1 {
				if p.send(missedMessage(e.id-last-1)) != nil {
					return
				}
			}
			if p.send(message("event", e.id, e.line)) != nil {
				return
			}
			last = e.id
		}
		select {
		case <-changed:
		case <-tick.C:
			if p.send(s.stateMessage()) != nil {
				return
			}
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		}
	}
}

// from returns the id after which a reader wants events: the last that it has,
// or that of some time ago for who has none of this run.
func (e *events) from(last string) uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if id, err := strconv.ParseUint(last, 10, 64); err == nil && id <= e.count {
		return id
	}
	return e.count - min(e.count, firstEvents)
}

// message is one of the protocol's; an id of 0 is left out.
func message(kind string, id uint64, data []byte) []byte {
	b := append([]byte("event: "), kind...)
	if id > 0 {
		b = append(b, "\nid: "...)
		b = strconv.AppendUint(b, id, 10)
	}
	b = append(b, "\ndata: "...)
	b = append(b, data...)
	return append(b, "\n\n"...)
}

func missedMessage(n uint64) []byte {
	return message("missed", 0, strconv.AppendUint(nil, n, 10))
}

func (s *Server) stateMessage() []byte {
	b, err := json.Marshal(s.state())
	if err != nil { // a number that JSON lacks
		b = []byte("null")
	}
	return message("state", 0, b)
}

// serveLatest answers with the latest events as a list, the oldest first.
func (s *Server) serveLatest(w http.ResponseWriter, _ *http.Request) {
	list, _ := s.events.after(0)
	b := []byte("[")
	for i, e := range list {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		b = append(b, e.line...)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(b, "]\n"...))
}
