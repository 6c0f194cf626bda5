// Package out is where what a loop finds goes: lines in files that are begun
// anew as they fill up, a picture of each track, and video with what was seen
// drawn in.
//
// Nothing here holds a loop up. A FrameSink takes its own copy of a part of
// the picture within the call and leaves the rest, encoding and writing, to a
// goroutine of its own; where that is behind, the frame is left out and
// counted. A disk that is full or gone is told of once, as a State; what could
// not be written is counted, and writing goes on when there is room again.
package out

import (
	"errors"
	"fmt"
	"sync"
)

// ErrNoRoom says that a file was not written because too little of the disk
// would have been left.
var ErrNoRoom = errors.New("too little of the disk is free")

// State tells of writing that begins to fail, and that goes on again. The
// zero State tells nobody. It is safe for many goroutines.
type State struct {
	// Tell is called with the error that writing began to fail with, and with
	// nil once it goes on. It is called in turn, from any goroutine.
	Tell func(err error)

	mu  sync.Mutex
	err error
}

// set takes in how the last write ended, and returns err.
func (s *State) set(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := (s.err == nil) != (err == nil)
	s.err = err
	if changed && s.Tell != nil {
		s.Tell(err)
	}
	return err
}

// Err returns the error that writing fails with at present, nil when it does
// not.
func (s *State) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// ErrOption says which setting makes no sense, and what it may be.
type ErrOption struct {
	Field string
	Value any
	Want  string
}

func (e *ErrOption) Error() string {
	return fmt.Sprintf("out: %s is %v; it must be %s", e.Field, e.Value, e.Want)
}
