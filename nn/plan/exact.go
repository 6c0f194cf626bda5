package plan

import (
	"math"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// Exact reports whether the outputs are the same bits on every CPU and with
// any number of threads: every step computes on integers, moves elements or
// chooses among them, or rounds each of its float operations by itself in an
// order that does not depend on the kernel.
func (p *Plan) Exact() bool { return p.exact }

func (p *program) exact() bool {
	for _, n := range p.nodes {
		exact := n.sums || exactOp(n.op) && !n.hasEpilogue()
		if n.q != nil {
			exact = n.act == nil || n.act.op <= kernels.PReluF32
		}
		if !exact {
			return false
		}
	}
	return true
}

// exactOp reports whether an operation in float32 is exact in the sense of
// Plan.Exact.
func exactOp(op nn.Op) bool {
	switch op := op.(type) {
	case *nn.QuantizeLinear, *nn.DequantizeLinear, *nn.Concat, *nn.Relu, *nn.Clip,
		*nn.Add, *nn.Sub, *nn.Mul, *nn.Div, *nn.Max, *nn.Min, *nn.LeakyRelu, *nn.PRelu: // one rounding, in every row
		return true
	case *nn.LRN:
		return op.Beta == 0.75 // square roots; other powers are logarithms
	}
	return mover(op)
}

// exp returns e to the power of x, which is 0 or less, with the same bits on
// every CPU, which math.Exp does not promise: it has assembly, and Go may fuse
// products with sums. It errs by a few units in the last place. x is taken
// apart into k·ln 2 + r, and the Taylor series of r summed.
func exp(x float64) float64 {
	const (
		high = 6.93147180369123816490e-01 // ln 2 in 32 bits, so that k·high is exact
		low  = 1.90821492927058770002e-10 // and the rest
		last = 14                         // term of the series; |r| ≤ ½ ln 2
	)
	if x < -700 {
		return 0
	}
	k := math.RoundToEven(float64(x / math.Ln2))
	r := float64(x-float64(k*high)) - float64(k*low)
	sum := 1.0
	for n := float64(last); n > 0; n-- {
		sum = 1 + float64(float64(r*sum)/n)
	}
	return math.Ldexp(sum, int(k))
}
