package plan

import (
	"encoding/binary"

	"github.com/ocellus-vision/ocellus/nn"
)

// swapStep is a Transpose that exchanges two neighbouring groups of dimensions:
// [outer][a][b] becomes [outer][b][a]. So do pictures that go from NHWC to NCHW
// at the end of a detector.
type swapStep struct {
	x, out, size int // size: bytes of an element, 1 or 4
	outer, a, b  int
}

// swap returns the step for such a Transpose, or nil.
func (l *lowering) swap(n *node) (step, StepInfo) {
	op, ok := n.op.(*nn.Transpose)
	if !ok || n.q != nil || l.konst(n.in[0]) != nil {
		return nil, StepInfo{}
	}
	t := l.vals[n.in[0]].typ
	size := t.DType.Size()
	if t.Bound || size != 1 && size != 4 || t.Shape.Elems() == 0 {
		return nil, StepInfo{}
	}
	s := &swapStep{x: n.in[0], out: n.out[0], size: size, outer: 1, a: 1, b: 1}
	perm := fullPerm(op.Perm, t.Shape.Rank)
	first := 0
	for first < len(perm) && perm[first] == first {
		s.outer *= t.Shape.Dims[first]
		first++
	}
	if first == len(perm) {
		return nil, StepInfo{}
	}
	for i, d := range perm[first:] { // the second group, and then the first
		if d != first+(i+perm[first]-first)%(len(perm)-first) {
			return nil, StepInfo{}
		}
		if d < perm[first] {
			s.a *= t.Shape.Dims[d]
		} else {
			s.b *= t.Shape.Dims[d]
		}
	}
	return s, StepInfo{Kernel: "swap"}
}

type swapExec struct {
	infallible
	*swapStep
	from, to []byte
}

func (s *swapStep) bind(m *binder) exec {
	return &swapExec{swapStep: s, from: m.tensor(s.x).Bytes(), to: m.tensor(s.out).Bytes()}
}

// swapRows is how many rows of b one piece moves: what lies between the columns
// of one and the next stays in the nearest cache.
const swapRows = 256

func (e *swapExec) blocks() int { return (e.a + swapRows - 1) / swapRows }
func (e *swapExec) parts() int  { return e.outer * e.blocks() }

func (e *swapExec) run(_ *kernelArgs, i int) {
	n := e.a * e.b * e.size
	at := i / e.blocks() * n
	first := i % e.blocks() * swapRows
	last := min(first+swapRows, e.a)
	if e.size == 1 {
		swapBytes(e.to[at:][:n], e.from[at:][:n], e.a, e.b, first, last)
	} else {
		swapWords(e.to[at:][:n], e.from[at:][:n], e.a, e.b, first, last)
	}
}

// swapBytes moves rows first up to last of from, [a][b], to the columns of to,
// by squares of 8×8.
func swapBytes(to, from []byte, a, b, first, last int) {
	whole := first + (last-first)&^7
	j := 0
	for ; j+8 <= b; j += 8 {
		for i := first; i < whole; i += 8 {
			var x [8]uint64
			for k := range x {
				x[k] = binary.LittleEndian.Uint64(from[(i+k)*b+j:])
			}
			transpose8x8(&x)
			for k, v := range x {
				binary.LittleEndian.PutUint64(to[(j+k)*a+i:], v)
			}
		}
	}
	for i := first; i < last; i++ {
		from := from[i*b:][:b]
		rest := j
		if i >= whole {
			rest = 0
		}
		for k := rest; k < b; k++ {
			to[k*a+i] = from[k]
		}
	}
}

// transpose8x8 transposes a square of bytes, a row each: bytes are exchanged
// within squares of 2×2, then pairs within 4×4, then fours (H. S. Warren, Hacker's
// Delight, 7-3).
func transpose8x8(x *[8]uint64) {
	for i := 0; i < 8; i += 2 {
		t := (x[i]>>8 ^ x[i+1]) & 0x00ff00ff00ff00ff
		x[i], x[i+1] = x[i]^t<<8, x[i+1]^t
	}
	for _, i := range [4]int{0, 1, 4, 5} {
		t := (x[i]>>16 ^ x[i+2]) & 0x0000ffff0000ffff
		x[i], x[i+2] = x[i]^t<<16, x[i+2]^t
	}
	for i := range 4 {
		t := (x[i]>>32 ^ x[i+4]) & 0x00000000ffffffff
		x[i], x[i+4] = x[i]^t<<32, x[i+4]^t
	}
}

// swapWords is swapBytes for elements of four bytes, by squares of 2×2.
func swapWords(to, from []byte, a, b, first, last int) {
	whole := first + (last-first)&^1
	j := 0
	for ; j+2 <= b; j += 2 {
		for i := first; i < whole; i += 2 {
			x := binary.LittleEndian.Uint64(from[4*(i*b+j):])
			y := binary.LittleEndian.Uint64(from[4*((i+1)*b+j):])
			binary.LittleEndian.PutUint64(to[4*(j*a+i):], x&0xffffffff|y<<32)
			binary.LittleEndian.PutUint64(to[4*((j+1)*a+i):], x>>32|y&^0xffffffff)
		}
	}
	for i := first; i < last; i++ {
		rest := j
		if i >= whole {
			rest = 0
		}
		for k := rest; k < b; k++ {
			copy(to[4*(k*a+i):][:4], from[4*(i*b+k):])
		}
	}
}
