package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// interleaveStep brings pictures of a few channels from NCHW into NHWC: the
// first thing that most plans do.
type interleaveStep struct {
	row             *kernels.MoveI8
	x, out          int
	size            int // bytes of an element
	pictures, c, px int // pixels of a picture
}

// interleave returns the step for such a Transpose, or nil.
func (l *lowering) interleave(n *node) (step, StepInfo) {
	t, ok := n.op.(*nn.Transpose)
	if !ok || len(t.Perm) != 4 || [4]int(t.Perm) != [4]int(nhwc) || l.konst(n.in[0]) != nil {
		return nil, StepInfo{}
	}
	v := l.vals[n.in[0]].typ
	c := v.Shape.Dims[1]
	if c < 2 || c > 4 || v.DType.Size() != 1 && v.DType.Size() != 4 || v.Shape.Elems() == 0 {
		return nil, StepInfo{}
	}
	s := &interleaveStep{row: l.rows.moveI8, x: n.in[0], out: n.out[0], size: v.DType.Size(), pictures: v.Shape.Dims[0], c: c, px: v.Shape.Dims[2] * v.Shape.Dims[3]}
	return s, StepInfo{Kernel: "move"}
}

type interleaveExec struct {
	infallible
	*interleaveStep
	from, to []byte
}

func (s *interleaveStep) bind(m *binder) exec {
	return &interleaveExec{interleaveStep: s, from: m.tensor(s.x).Bytes(), to: m.tensor(s.out).Bytes()}
}

func (e *interleaveExec) parts() int { return e.pictures }

func (e *interleaveExec) run(args *kernelArgs, i int) {
	n := e.c * e.px * e.size
	from, to := e.from[i*n:][:n], e.to[i*n:][:n]
	switch {
	case e.size == 1 && e.c == 3:
		a := &args.interleaveI8
		*a = kernels.InterleaveI8Args{Dst: &to[0], A: &from[0], B: &from[e.px], C: &from[2*e.px], N: e.px}
		e.row.Interleave(a)
	case e.size == 1:
		interleave(to, from, e.c)
	default:
		interleave(words(to), words(from), e.c)
	}
}

// words looks at aligned bytes as words of four.
func words(b []byte) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4)
}

// interleave sets to[p·c+k] to from[k·n+p] for n pixels of c channels.
func interleave[T uint8 | uint32](to, from []T, c int) {
	n := len(from) / c
	if c == 3 {
		r, g, b := from[:n], from[n:][:n], from[2*n:][:n]
		for i := range r {
			px := to[3*i:][:3]
			px[0], px[1], px[2] = r[i], g[i], b[i]
		}
		return
	}
	for k := range c {
		for i, v := range from[k*n:][:n] {
			to[i*c+k] = v
		}
	}
}
