//go:build unix

package kernels

import (
	"os"
	"syscall"
	"testing"
)

// guardedPages maps whole pages for size bytes, with a page on both sides that
// faults when it is read or written.
func guardedPages(t testing.TB, size int) ([]byte, error) {
	page := os.Getpagesize()
	size = (size + page - 1) / page * page
	all, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { syscall.Munmap(all) })
	for _, guard := range [][]byte{all[:page], all[page+size:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			return nil, err
		}
	}
	return all[page : page+size : page+size], nil
}
