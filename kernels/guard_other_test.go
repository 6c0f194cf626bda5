//go:build !unix

package kernels

import "testing"

// guardedPages: without mmap, the pattern alone guards.
func guardedPages(_ testing.TB, size int) ([]byte, error) {
	return make([]byte, (size+4095)/4096*4096), nil
}
