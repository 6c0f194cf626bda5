package webcam

import (
	"encoding/binary"
	"io"
)

// Commands of USB/IP, and the statuses of requests: negative error numbers.
const (
	opSubmit, opUnlink, opSubmitted, opUnlinked = 1, 2, 3, 4

	stalled         = -32  // EPIPE: the request is not understood
	connectionReset = -104 // ECONNRESET: it was taken back
)

// wireHeader is the length of every message's head.
const wireHeader = 48

// maxTransfer bounds what one request may carry.
const maxTransfer = 1 << 20

// submit is a request of the host's, or one to take such a request back.
type submit struct {
	command, number uint32
	in              bool // data goes to the host
	endpoint        uint32
	length          int
	setup           [8]byte
	data            []byte // of the host
	victim          uint32 // number of the request that is taken back
}

// wire is a connection with the kernel. Reading is for one goroutine; writing
// is under the camera's lock.
type wire struct{ io.ReadWriteCloser }

func (w *wire) read() (s submit, err error) {
	var h [wireHeader]byte
	if _, err := io.ReadFull(w, h[:]); err != nil {
		return s, err
	}
	field := func(i int) uint32 { return binary.BigEndian.Uint32(h[4*i:]) }
	s = submit{command: field(0), number: field(1), in: field(3) == 1, endpoint: field(4)}
	switch s.command {
	case opUnlink:
		s.victim = field(5)
		return s, nil
	case opSubmit:
	default:
		return s, errOpcode
	}
	if s.length = int(int32(field(6))); s.length < 0 || s.length > maxTransfer {
		return s, errOpcode
	}
	copy(s.setup[:], h[40:])
	if !s.in {
		s.data = make([]byte, s.length)
		_, err = io.ReadFull(w, s.data)
	}
	return s, err
}

// complete answers a request: with data where it is one of the host's for
// such, and with how many bytes went over in either direction.
func (w *wire) complete(s submit, data []byte, done int, status int32) error {
	m := make([]byte, wireHeader, wireHeader+len(data))
	binary.BigEndian.PutUint32(m[0:], opSubmitted)
	binary.BigEndian.PutUint32(m[4:], s.number)
	binary.BigEndian.PutUint32(m[20:], uint32(status))
	binary.BigEndian.PutUint32(m[24:], uint32(done))
	if s.in {
		m = append(m, data...)
	}
	_, err := w.Write(m)
	return err
}

// unlinked answers that a request was taken back.
func (w *wire) unlinked(s submit, status int32) error {
	var m [wireHeader]byte
	binary.BigEndian.PutUint32(m[0:], opUnlinked)
	binary.BigEndian.PutUint32(m[4:], s.number)
	binary.BigEndian.PutUint32(m[20:], uint32(status))
	_, err := w.Write(m[:])
	return err
}
