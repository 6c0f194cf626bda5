package capture

import "sync"

// maxHeld bounds how many frames of a source may be held at once.
const maxHeld = 64

// store lends memory to the frames of sources that have none of a driver. A
// frame's token is the number of its memory.
type store struct {
	mu   sync.Mutex
	mem  [][]byte
	free []int
}

// lend returns memory of some length, and false when too much is lent.
func (s *store) lend() (token int, mem []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		token = s.free[n-1]
		s.free = s.free[:n-1]
		return token, s.mem[token], true
	}
	if len(s.mem) == maxHeld {
		return 0, nil, false
	}
	s.mem = append(s.mem, nil)
	return len(s.mem) - 1, nil, true
}

// keep tells that the memory of a token has grown into another.
func (s *store) keep(token int, mem []byte) {
	s.mu.Lock()
	s.mem[token] = mem
	s.mu.Unlock()
}

func (s *store) release(token int) {
	s.mu.Lock()
	s.free = append(s.free, token)
	s.mu.Unlock()
}

// errHeld says that the caller does not release what it takes.
func errHeld(source string) error {
	return &ErrCapture{Source: source, Reason: Busy, Why: "too many frames are held", Cure: "release frames when they are done with"}
}
