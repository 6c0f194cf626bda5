package serve

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline"
)

// live makes pictures of a source for those who look. Boxes and names are
// drawn in here, so that they are in step with what they stand on, however
// slow the way to the viewer is.
type live struct {
	server  *Server
	viewers atomic.Int32
	wake    chan struct{} // there is a frame, or nobody looks any more

	mu      sync.Mutex
	pending *pipeline.Snapshot // the newest frame, which waits to be encoded
	waiting bool
	spare   *pipeline.Snapshot // another, for the encoder
	taken   time.Time
	running bool

	picture []byte // the newest that was encoded; never written to again
	number  uint64
	changed chan struct{} // closed when there is a newer one
}

func newLive(s *Server) *live {
	return &live{server: s, wake: make(chan struct{}, 1), pending: new(pipeline.Snapshot), spare: new(pipeline.Snapshot), changed: make(chan struct{})}
}

// offer takes a copy of a frame if somebody looks and its time has come.
func (l *live) offer(v *pipeline.View) {
	if l.viewers.Load() == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	// A little early is in time: at 30 frames a second, every other is 15.
	if now.Sub(l.taken) < time.Duration(0.9*float64(time.Second)/l.server.o.Rate) {
		return
	}
	l.taken = now
	if err := l.pending.Take(v, l.server.o.Side); err != nil {
		return // a torn picture, which the loop has counted
	}
	l.waiting = true
	signal(l.wake)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// enter counts a viewer, and starts the encoder for the first.
func (l *live) enter() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.viewers.Add(1)
	if !l.running {
		l.running = true
		l.picture = nil // of long ago
		l.server.group.Add(1)
		go l.encode()
	}
}

func (l *live) leave() {
	l.viewers.Add(-1)
	signal(l.wake)
}

// encode makes pictures of frames until nobody looks any more.
func (l *live) encode() {
	defer l.server.group.Done()
	for {
		select {
		case <-l.wake:
		case <-l.server.closing:
		}
		frame, over := l.next()
		if over {
			return
		}
		if frame == nil {
			continue
		}
		var b bytes.Buffer
		if frame.Draw() != nil || frame.Picture.EncodeJPEG(&b, liveQuality) != nil {
			continue
		}
		l.publish(b.Bytes())
	}
}

const liveQuality = 75

// next takes the newest frame, nil: there is none. Over, nobody looks.
func (l *live) next() (frame *pipeline.Snapshot, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.server.closing:
		over = true
	default:
		over = l.viewers.Load() == 0
	}
	if over {
		l.running, l.waiting = false, false
		return nil, true
	}
	if !l.waiting {
		return nil, false
	}
	l.waiting = false
	l.pending, l.spare = l.spare, l.pending
	return l.spare, false
}

func (l *live) publish(picture []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.picture = picture
	l.number++
	close(l.changed)
	l.changed = make(chan struct{})
}

// newest returns the newest picture, its number, and what is closed when there
// is a newer one.
func (l *live) newest() (picture []byte, number uint64, changed chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.picture, l.number, l.changed
}

// patience is how long a viewer may take to accept a part before it is sent
// away.
var patience = 5 * time.Second

// serveLive streams pictures of a source as MJPEG: multipart/x-mixed-replace.
func (s *Server) serveLive(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("name"), ".mjpeg")
	src := s.source(name)
	if !ok || src == nil {
		http.NotFound(w, r)
		return
	}
	if !s.clients.enter() {
		busy(w)
		return
	}
	defer s.clients.leave()
	src.live.enter()
	defer src.live.leave()
	const boundary = "frame"
	w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary="+boundary)
	p, err := stream(w)
	if err != nil || p.send([]byte("--"+boundary+"\r\n")) != nil {
		return
	}
	for sent := uint64(0); ; {
		picture, number, changed := src.live.newest()
		if picture != nil && number != sent {
			sent = number
			head := fmt.Sprintf("Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n", len(picture))
			// The boundary comes at once, for browsers that show a part only
			// when they see its end.
			if p.send([]byte(head), picture, []byte("\r\n--"+boundary+"\r\n")) != nil {
				return
			}
			continue
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		}
	}
}

// parts writes a stream to a viewer.
type parts struct {
	w http.ResponseWriter
	c *http.ResponseController
}

// stream begins one. It may last, so reading, which tells when the viewer has
// gone, is without a deadline.
func stream(w http.ResponseWriter) (parts, error) {
	p := parts{w: w, c: http.NewResponseController(w)}
	return p, p.c.SetReadDeadline(time.Time{})
}

// send writes something whole and at once, or fails when the viewer takes too
// long.
func (p *parts) send(list ...[]byte) error {
	if err := p.c.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	for _, b := range list {
		if _, err := p.w.Write(b); err != nil {
			return err
		}
	}
	return p.c.Flush()
}

func busy(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "10")
	http.Error(w, "As many look already as there may.", http.StatusServiceUnavailable)
}
