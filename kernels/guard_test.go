package kernels

import (
	"bytes"
	"math"
	"testing"
	"unsafe"
)

// guarded is memory for the operand of a kernel. Its pages lie between two
// that cannot be touched (where the system has such), and what the operand
// leaves of them holds a pattern that must still be there after the kernel ran.
type guarded struct {
	mem []byte
}

// guardByte fills what no kernel may write. Read as a float32 it is a NaN, so
// that what was read by mistake and used shows as well.
const guardByte = 0xff

func newGuarded(t testing.TB, size int) *guarded {
	t.Helper()
	mem, err := guardedPages(t, size)
	if err != nil {
		t.Fatal(err)
	}
	for i := range mem {
		mem[i] = guardByte
	}
	return &guarded{mem}
}

// bytes returns n bytes that end with the last page, or begin with the first.
func (g *guarded) bytes(t testing.TB, n int, atEnd bool) []byte {
	t.Helper()
	if n > len(g.mem) {
		t.Fatalf("the test asks for %d guarded bytes of %d", n, len(g.mem))
	}
	if atEnd {
		return g.mem[len(g.mem)-n:]
	}
	return g.mem[:n:n]
}

// floats returns n floats as bytes does.
func (g *guarded) floats(t testing.TB, n int, atEnd bool) []float32 {
	b := g.bytes(t, 4*n, atEnd)
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// copy returns a guarded copy of src.
func (g *guarded) copy(t testing.TB, src []float32, atEnd bool) []float32 {
	dst := g.floats(t, len(src), atEnd)
	copy(dst, src)
	return dst
}

// offsets returns a guarded copy of src.
func (g *guarded) offsets(t testing.TB, src []int32, atEnd bool) []int32 {
	b := g.bytes(t, 4*len(src), atEnd)
	dst := unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(b))), len(src))
	copy(dst, src)
	return dst
}

// reset puts the pattern back.
func (g *guarded) reset() {
	for i := range g.mem {
		g.mem[i] = guardByte
	}
}

var guardPattern = bytes.Repeat([]byte{guardByte}, 1<<20)

// untouched reports whether everything but the n bytes at the end (or the
// beginning) still holds the pattern.
func (g *guarded) untouched(n int, atEnd bool) bool {
	rest := g.mem[min(n, len(g.mem)):]
	if atEnd {
		rest = g.mem[:len(g.mem)-n]
	}
	return bytes.Equal(rest, guardPattern[:len(rest)])
}

// isGuard reports whether x still holds the pattern.
func isGuard(x float32) bool { return math.Float32bits(x) == 0xffffffff }
