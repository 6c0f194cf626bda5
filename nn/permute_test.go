package nn_test

import (
	"fmt"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// TestPermute holds what an operation does to permuted operands against what
// it does to them in logical order.
func TestPermute(t *testing.T) {
	for _, c := range cases() {
		p, isPermuter := c.op.(nn.Permuter)
		if !isPermuter || c.in[0] == nil {
			continue
		}
		for _, perm := range orders(c.in[0].Shape.Rank) {
			t.Run(fmt.Sprint(c.title(), perm), func(t *testing.T) {
				if broadcasts(&c) {
					t.Skip("the compiler raises the operands to one rank before it asks")
				}
				op, ok := p.Permute(perm, c.args())
				if !ok {
					t.Skip("not possible for this case")
				}
				plain := c.run(t)
				stored := c
				stored.op, stored.in = op, nil
				for _, in := range c.in {
					stored.in = append(stored.in, permuted(in, perm))
				}
				r := stored.run(t)
				if err := c.op.Forward(plain); err != nil {
					t.Fatal(err)
				}
				if err := op.Forward(r); err != nil {
					t.Fatal(err)
				}
				for i, out := range plain.Out {
					if out.Shape.Rank != len(perm) {
						t.Fatalf("result %d of rank %d is not refused", i, out.Shape.Rank)
					}
					if err := compare(r.Out[i], permuted(out, perm), c.tol); err != nil {
						t.Errorf("result %d: %v", i, err)
					}
				}
			})
		}
	}
}

// orders returns some orders of rank dimensions: NHWC first.
func orders(rank int) [][]int {
	if rank < 2 {
		return nil
	}
	channelsLast, reversed := []int{0}, []int{0}
	for i := 2; i < rank; i++ {
		channelsLast = append(channelsLast, i)
	}
	channelsLast = append(channelsLast, 1)
	for i := 1; i < rank; i++ {
		reversed = append([]int{i}, reversed...)
	}
	return [][]int{channelsLast, reversed}
}

// broadcasts reports whether an operand of lower rank than the first, other
// than a list or a scalar, takes part.
func broadcasts(c *testCase) bool {
	for _, in := range c.in[1:] {
		if in != nil && in.DType.IsFloat() && in.Shape.Rank > 0 && in.Shape.Rank != c.in[0].Shape.Rank {
			return true
		}
	}
	return false
}

// permuted stores dimension perm[i] of in as dimension i; other ranks than
// len(perm) stay.
func permuted(in *nn.Tensor, perm []int) *nn.Tensor {
	if in == nil || in.Shape.Rank != len(perm) {
		return in
	}
	s := nn.Shape{Rank: len(perm)}
	for i, p := range perm {
		s.Dims[i] = in.Shape.Dims[p]
	}
	out := nn.NewTensor(in.DType, s)
	size, own := in.DType.Size(), in.Shape.Strides()
	st := s.Strides()
	for i := range out.Elems() {
		at := 0
		for d, p := range perm {
			if st[d] > 0 {
				at += i / st[d] % s.Dims[d] * own[p]
			}
		}
		copy(out.Bytes()[i*size:][:size], in.Bytes()[at*size:][:size])
	}
	return out
}
