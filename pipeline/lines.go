package pipeline

import (
	"context"
	"io"
	"sync"
)

// Lines is a Sink that writes each event as a line of JSON, in one Write. Any
// number of loops may share it.
type Lines struct {
	mu  sync.Mutex
	w   io.Writer
	buf []byte
}

// NewLines returns a Sink that writes to w, which it does not close.
func NewLines(w io.Writer) *Lines { return &Lines{w: w} }

// Event writes a line. The error is that of writing.
func (l *Lines) Event(_ context.Context, e *Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = append(e.AppendJSON(l.buf[:0]), '\n')
	_, err := l.w.Write(l.buf)
	return err
}
