package plan

import (
	"slices"
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// activation is a function that follows the clamp of a convolution or product,
// element by element. It is computed on each tile of the result as soon as that
// is stored, while it lies in the nearest cache.
type activation struct {
	op     kernels.ElementOp
	lo, hi float32
	b      []float32 // the second operand, one for each channel, so many times; nil for none
	times  int
}

// channelwise is the function op of each channel and its element of b.
func channelwise(op kernels.ElementOp, b []float32) *activation {
	// So many elements at once that a call of the kernel does not count.
	times := max(1, 512/len(b))
	return &activation{op: op, b: slices.Repeat(b, times), times: times}
}

// joinSwish makes one operation of x·sigmoid(x).
func (p *program) joinSwish() {
	u := p.usage()
	for _, n := range p.nodes {
		if _, ok := n.op.(*nn.Mul); !ok || n.q != nil || len(n.in) != 2 {
			continue
		}
		for i, id := range n.in {
			s := u.only(id)
			if s == nil || s.q != nil {
				continue
			}
			if _, ok := s.op.(*nn.Sigmoid); ok && s.in[0] == n.in[1-i] {
				n.op, n.in = &nn.Swish{Alpha: 1}, []int{s.in[0]}
				n.fused = append(n.fused, s.name)
				s.out = nil
				break
			}
		}
	}
	p.sweep()
}

// fuseActivation takes over a function of the result.
func (p *program) fuseActivation(n, after *node) bool {
	if n.act != nil || len(after.out) != 1 || len(after.in) == 0 || after.in[0] != n.out[0] {
		return false
	}
	a, ok := p.activationOf(after, p.vals[n.out[0]].typ.Shape, p.channelAxis(n))
	if !ok {
		return false
	}
	n.act = a
	p.absorb(n, after)
	return true
}

// activationOf returns the function that n is of values of shape s, whose
// channels are along axis.
func (p *program) activationOf(n *node, s nn.Shape, axis int) (*activation, bool) {
	if n.q != nil || p.vals[n.in[0]].typ.DType != nn.Float32 {
		return nil, false
	}
	if _, ok := n.op.(*nn.PRelu); ok {
		v, ok := p.perChannel(n.operand(1), s, axis)
		if !ok {
			return nil, false
		}
		slopes := make([]float32, len(v))
		for i := range v {
			slopes[i] = float32(v[i])
		}
		return channelwise(kernels.PReluF32, slopes), true
	}
	f := &elementStep{}
	op, ok := unaryFunction(n.op, f)
	return &activation{op: op, lo: f.lo, hi: f.hi}, ok
}

// activate applies a to so many rows of n floats that are so many bytes apart;
// the first belongs to channel c. A nil activation does nothing.
func (a *activation) activate(row *kernels.ElementF32, k *kernels.ElementF32Args, at unsafe.Pointer, rows, n, stride, c int) {
	if a == nil {
		return
	}
	fn := row.Funcs[a.op]
	k.Lo, k.Hi, k.B = a.lo, a.hi, nil
	together := 1 // rows that one call computes
	if a.b != nil {
		k.B = &a.b[c]
	}
	if stride == 4*n { // all channels
		together = rows
		if a.b != nil {
			together = min(rows, a.times)
		}
	}
	for r := 0; r < rows; r += together {
		x := (*float32)(unsafe.Add(at, r*stride))
		k.A, k.Dst, k.N = x, x, min(rows-r, together)*n
		fn(k)
	}
}
