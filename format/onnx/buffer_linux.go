package onnx

import (
	"errors"

	"golang.org/x/sys/unix"
)

// buffer is memory outside of the heap.
type buffer struct{ data []byte }

func newBuffer(n int) (*buffer, error) {
	if n == 0 {
		return &buffer{}, nil
	}
	data, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, errors.Join(errors.New("no memory for the file"), err)
	}
	return &buffer{data}, nil
}

// release gives back whole pages within part of the buffer, whose content is
// lost.
func (b *buffer) release(part []byte) {
	page := unix.Getpagesize()
	from := cap(b.data) - cap(part) // part is a slice of data
	first, last := (from+page-1)/page*page, (from+len(part))/page*page
	if first < last {
		unix.Madvise(b.data[first:last], unix.MADV_DONTNEED) // may fail: then the memory stays until free
	}
}

func (b *buffer) free() {
	if b.data != nil {
		unix.Munmap(b.data)
	}
}
