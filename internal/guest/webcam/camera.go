package webcam

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"sync"
	"time"
)

// Camera is a USB camera of one size.
type Camera struct {
	w, h, fps int
	texts     [3]string    // maker, name, serial number
	frames    [3][2][]byte // by format, by turns

	wire *wire
	work sync.WaitGroup // of what serves and streams

	mu     sync.Mutex
	free   *sync.Cond // a request for data has come, or the end
	probed [probeBytes]byte
	wanted []submit // requests for data, the oldest first
	format uint8    // that was agreed on; 0: none yet
	agreed int      // how often that was done: what is under way then is void
	ended  bool
}

// New makes a camera that shows a picture, whose sides are even, fps times a
// second, with a little noise as sensors have it. The name is what drivers and people know it by.
func New(name, serial string, picture image.Image, fps int) (*Camera, error) {
	size := picture.Bounds().Size()
	if size.X%2 != 0 || size.Y%2 != 0 || size.X < 2 || size.X > 4096 || size.Y < 2 || size.Y > 4096 || fps < 1 {
		return nil, fmt.Errorf("webcam: no camera has %v at %d frames a second", size, fps)
	}
	c := &Camera{w: size.X, h: size.Y, fps: fps, texts: [3]string{"Ocellus", name, serial}}
	for i := range 2 {
		m := noisy(picture, uint64(i))
		bare, err := bareJPEG(m)
		if err != nil {
			return nil, err
		}
		c.frames[formatYUY2][i], c.frames[formatMJPEG][i] = yuyv(m), bare
	}
	c.free = sync.NewCond(&c.mu)
	c.probe(formatYUY2)
	return c, nil
}

// start has the camera speak with a host.
func (c *Camera) start(host io.ReadWriteCloser) {
	c.wire = &wire{host}
	c.wanted, c.format, c.ended = nil, 0, false
	c.work.Add(2)
	go c.serve()
	go c.stream()
}

// Unplug pulls the plug, in the midst of whatever is going on. The camera can
// be plugged in again.
func (c *Camera) Unplug() {
	c.wire.Close()
	c.work.Wait()
}

// Requests of the standard and of the class, and what they are about.
const (
	getStatus, getDescriptor = 0x00, 0x06
	setCur, getCur           = 0x01, 0x81
	getLen, getInfo          = 0x85, 0x86

	ofClass   = 0x20
	kindMask  = 0x60
	probing   = 1
	committed = 2
)

// probeBytes is the length of what host and camera agree on (4.3.1.1).
const probeBytes = 34

// probe offers a format: its size and rate are given.
func (c *Camera) probe(format uint8) {
	var r record
	r = r.u16(0).u8(format, 1).u32(c.interval()).u16(0).u16(0).u16(0).u16(0).u16(0)
	r = r.u32(uint32(c.frameBytes())).u32(uint32(headerBytes+c.frameBytes())).u32(0).u8(0, 0, 0, 0)
	copy(c.probed[:], r)
}

// answer does what a request to the control endpoint wants: data for the host,
// and whether it was understood.
func (c *Camera) answer(setup [8]byte, data []byte) (reply []byte, ok bool) {
	value, length := binary.LittleEndian.Uint16(setup[2:]), int(binary.LittleEndian.Uint16(setup[6:]))
	request, in := setup[1], setup[0]&directionIn != 0
	switch {
	case setup[0]&kindMask == ofClass:
		reply, ok = c.negotiate(request, uint8(value>>8), data)
	case request == getDescriptor:
		reply = c.describe(uint8(value>>8), uint8(value))
		ok = reply != nil
	case request == getStatus:
		reply, ok = []byte{0, 0}, true
	case !in: // a configuration is set, a halt cleared
		ok = true
	}
	return reply[:min(len(reply), length)], ok
}

// negotiate answers requests of the class: those about what is streamed.
func (c *Camera) negotiate(request, about uint8, data []byte) (reply []byte, ok bool) {
	if about != probing && about != committed {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch request {
	case setCur:
		if len(data) < 4 || data[2] != formatYUY2 && data[2] != formatMJPEG {
			return nil, false
		}
		c.probe(data[2])
		if about == committed {
			c.format = data[2]
			c.agreed++
		}
		return nil, true
	case getInfo:
		return []byte{3}, true // may be set and read
	case getLen:
		return []byte{probeBytes, 0}, true
	}
	// There is one size, so that least, most and usual are all the same.
	return c.probed[:], request >= getCur
}

// headerBytes is the length of a payload's header.
const headerBytes = 2

// stream sends frames, a payload each, until the end: as fast as the host
// takes them, but no faster than the rate.
func (c *Camera) stream() {
	defer c.work.Done()
	const frameID, endOfFrame, endOfHeader = 1, 2, 0x80
	tick := time.NewTicker(time.Second / time.Duration(c.fps))
	defer tick.Stop()
	for toggle := uint8(0); ; toggle ^= frameID {
		<-tick.C
		format, agreed, ok := c.wait()
		if !ok {
			return
		}
		payload := append([]byte{headerBytes, toggle | endOfFrame | endOfHeader}, c.frames[format][toggle]...)
		if !c.send(payload, agreed) {
			return
		}
	}
}

// wait waits until data is wanted, and returns in which format, and by which
// agreement.
func (c *Camera) wait() (format uint8, agreed int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.wanted) == 0 && !c.ended {
		c.free.Wait()
	}
	return max(c.format, formatYUY2), c.agreed, !c.ended
}

// send answers requests with a payload, piece by piece, until that is void.
// One that ends with a full piece, and is not as long as was agreed at most,
// is ended by an empty one. It returns false at the end of all.
func (c *Camera) send(payload []byte, agreed int) bool {
	longest := len(payload) == headerBytes+c.frameBytes()
	for {
		if _, now, ok := c.wait(); !ok || now != agreed {
			return ok
		}
		left, last, err := c.piece(payload)
		if err != nil {
			return false
		}
		if len(left) == 0 && (last || longest) {
			return true
		}
		payload = left
	}
}

// piece answers the oldest request, and returns what is left of the payload,
// and whether the host sees that this was its end.
func (c *Camera) piece(payload []byte) (left []byte, last bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.wanted) == 0 { // it was taken back meanwhile
		return payload, false, nil
	}
	s := c.wanted[0]
	c.wanted = c.wanted[1:]
	n := min(len(payload), s.length)
	return payload[n:], n < s.length, c.wire.complete(s, payload[:n], n, 0)
}

// serve answers the host until it, or Unplug, ends the connection.
func (c *Camera) serve() {
	defer c.work.Done()
	// However it ends, the plug is out.
	_ = c.obey()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	c.free.Broadcast()
}

var errOpcode = errors.New("webcam: the kernel sends what is not USB/IP")

func (c *Camera) obey() error {
	for {
		s, err := c.wire.read()
		if err != nil {
			return err
		}
		c.mu.Lock()
		switch {
		case s.command == opUnlink:
			err = c.takeBack(s)
		case s.endpoint == streamEndpoint && s.in:
			c.wanted = append(c.wanted, s)
			c.free.Signal()
		default:
			c.mu.Unlock()
			reply, ok := c.answer(s.setup, s.data)
			c.mu.Lock()
			status, done := int32(0), len(reply)
			if !ok {
				status = stalled
			}
			if !s.in {
				done = len(s.data)
			}
			err = c.wire.complete(s, reply, done, status)
		}
		c.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// takeBack drops a request that the host no longer wants. c.mu is held.
func (c *Camera) takeBack(s submit) error {
	for i := range c.wanted {
		if c.wanted[i].number == s.victim {
			c.wanted = append(c.wanted[:i], c.wanted[i+1:]...)
			return c.wire.unlinked(s, connectionReset)
		}
	}
	return c.wire.unlinked(s, 0)
}
