// Package hugepage asks the system for large pages, where there are any.
package hugepage

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// least is the length from which a slice surely holds a whole large page of
// 2 MiB, the usual size on x86-64 and ARM64.
const least = 4 << 20

// Back asks that memory which holds zeros, and is all going to be written to,
// lie in large pages as far as they fit in, so that reading it from end to end
// waits for few translations of addresses. Where the system does not give large
// pages nothing changes.
func Back(zeros []byte) {
	if len(zeros) < least {
		return
	}
	page := unix.Getpagesize()
	// The system takes whole pages only.
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(zeros)))) & (page - 1)
	whole := zeros[skip : skip+(len(zeros)-skip)&^(page-1)]
	if unix.Madvise(whole, unix.MADV_HUGEPAGE) == nil {
		// Small pages that the heap has used before are given back; the next write
		// brings large ones, which hold zeros as well.
		unix.Madvise(whole, unix.MADV_DONTNEED) // may fail: then they stay
	}
}
