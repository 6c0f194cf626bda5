package serve

import (
	"io"
	"log"
	"net"
	"sync"
)

// quiet drops what the HTTP server has to say of clients that misbehave.
var quiet = log.New(io.Discard, "", 0)

// limit has a place for each that is let in.
type limit chan struct{}

func (l limit) enter() bool {
	select {
	case l <- struct{}{}:
		return true
	default:
		return false
	}
}

func (l limit) leave() { <-l }

// bounded is a listener that has so many connections open at most; who comes
// then waits to be accepted.
type bounded struct {
	net.Listener
	places limit
	closed chan struct{}
	once   sync.Once
}

func newBounded(l net.Listener, most int) *bounded {
	return &bounded{Listener: l, places: make(limit, most), closed: make(chan struct{})}
}

func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.places <- struct{}{}:
	case <-b.closed:
		return nil, net.ErrClosed
	}
	c, err := b.Listener.Accept()
	if err != nil {
		b.places.leave()
		return nil, err
	}
	return &boundedConn{Conn: c, places: b.places}, nil
}

func (b *bounded) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.Listener.Close()
}

type boundedConn struct {
	net.Conn
	places limit
	once   sync.Once
}

func (c *boundedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.places.leave)
	return err
}
