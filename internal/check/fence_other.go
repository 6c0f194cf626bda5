//go:build !linux

package check

// mapFenced returns n bytes without guard pages: only what lies around a slice
// within them is watched.
func mapFenced(n, _ int) (mem []byte, unmap func(), err error) {
	return make([]byte, n), func() {}, nil
}
