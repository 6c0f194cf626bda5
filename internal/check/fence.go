package check

import (
	"bytes"
	"os"
	"testing"
	"unsafe"
)

// Side says where a fenced slice touches a page that may not be accessed.
type Side uint8

// The two places. A slice that fills whole pages has guards on both sides
// either way.
const (
	EndsAtGuard     Side = iota // the byte after the slice faults
	StartsPastGuard             // the byte before the slice faults
)

// Sides are both sides, for tests to range over.
var Sides = [...]Side{EndsAtGuard, StartsPastGuard}

func (s Side) String() string { return [...]string{"ends at guard", "starts past guard"}[s] }

// Fence is memory between two pages that may not be read or written. A test
// makes one for each operand and takes slices of every size from it; only the
// latest slice of a Fence is good. Where the system has no such pages
// (anything but Linux), the canaries alone guard.
type Fence struct {
	mem      []byte // the accessible pages
	canaries []byte // what they hold but for the latest slice
	from, to int    // the latest slice
}

// NewFence returns a fence for slices of up to maxBytes bytes. When the test
// ends, the bytes around the latest slice are verified and the memory is
// given back.
func NewFence(t testing.TB, maxBytes int) *Fence {
	t.Helper()
	page := os.Getpagesize()
	mem, unmap, err := mapFenced(max(1, (maxBytes+page-1)/page)*page, page)
	if err != nil {
		t.Fatalf("memory between guard pages: %v", err)
	}
	f := &Fence{mem: mem, canaries: make([]byte, len(mem))}
	for i := range f.canaries {
		f.canaries[i] = canary(i)
	}
	f.fill()
	t.Cleanup(func() {
		f.Check(t)
		unmap()
	})
	return f
}

// Fenced returns n elements of f that touch the guard page on the given side.
// T must hold no pointers. All of the memory, the slice too, is filled with
// canaries: quiet NaNs when read as floats, so that a kernel that reads what
// is not its own shows in the result.
func Fenced[T any](t testing.TB, f *Fence, n int, side Side) []T {
	t.Helper()
	f.Check(t)
	var z T
	size := n * int(unsafe.Sizeof(z))
	if size > len(f.mem) {
		t.Fatalf("%d bytes asked of a fence around %d", size, len(f.mem))
	}
	f.fill()
	f.from = 0
	if side == EndsAtGuard {
		f.from = len(f.mem) - size
	}
	f.to = f.from + size
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(f.mem[f.from:]))), n)
}

// Guarded is Fenced with a fence of its own, for tests that need few slices.
func Guarded[T any](t testing.TB, n int, side Side) []T {
	t.Helper()
	var z T
	return Fenced[T](t, NewFence(t, n*int(unsafe.Sizeof(z))), n, side)
}

// Check reports canaries around the latest slice that were written over.
func (f *Fence) Check(t testing.TB) {
	t.Helper()
	if i := f.damage(); i >= f.to {
		t.Errorf("wrote %d bytes past the end of a slice of %d bytes", i-f.to+1, f.to-f.from)
	} else if i >= 0 {
		t.Errorf("wrote %d bytes before the start of a slice of %d bytes", f.from-i, f.to-f.from)
	}
}

// damage returns the place of the first canary that is gone, or -1.
func (f *Fence) damage() int {
	if bytes.Equal(f.mem[:f.from], f.canaries[:f.from]) && bytes.Equal(f.mem[f.to:], f.canaries[f.to:]) {
		return -1
	}
	for i, b := range f.mem {
		if b != f.canaries[i] && (i < f.from || i >= f.to) {
			return i
		}
	}
	return -1
}

func (f *Fence) fill() { copy(f.mem, f.canaries) }

// canary returns byte i of a repeated 0xFFF5A55A, a NaN as a float32 and,
// doubled, as a float64.
func canary(i int) byte { return [...]byte{0x5A, 0xA5, 0xF5, 0xFF}[i&3] }
