package nn

import "fmt"

// ReverseSequence reverses, for each batch, as many of the first elements
// along TimeAxis as operand 1 says; the rest stay.
type ReverseSequence struct {
	BatchAxis int `onnx:"batch_axis,1"`
	TimeAxis  int `onnx:"time_axis"`
}

// Infer returns the type of operand 0.
func (o *ReverseSequence) Infer(in []Arg, _ int) ([]Type, error) {
	s, n := in[0].Shape, in[1]
	if s.Rank < 2 {
		return nil, Invalidf("", "rank %d, want 2 or more", s.Rank)
	}
	if o.BatchAxis+o.TimeAxis != 1 || o.BatchAxis*o.TimeAxis != 0 {
		return nil, Invalidf("time_axis", "axes %d and %d, want 0 and 1 in either order", o.TimeAxis, o.BatchAxis)
	}
	if n.DType != Int64 || n.Shape.Rank != 1 || n.Elems() != s.Dims[o.BatchAxis] {
		return nil, Invalidf("sequence_lens", "are %v %v, want one int64 for each of %d batches", n.DType, n.Shape, s.Dims[o.BatchAxis])
	}
	return sameType(in)
}

// Forward copies slab by slab.
func (o *ReverseSequence) Forward(r *Run) error {
	s, lens := r.In[0].Shape, r.In[1].I64()
	slab := s.span(2, s.Rank) * r.In[0].DType.Size()
	st := [2]int{s.Dims[1] * slab, slab}
	src, dst := r.In[0].Bytes(), r.Out[0].Bytes()
	steps := s.Dims[o.TimeAxis]
	for b, n := range lens {
		if n < 0 || n > int64(steps) {
			return &ErrData{Why: fmt.Sprintf("sequence length %d is outside 0..%d", n, steps)}
		}
		for i := range steps {
			from := i
			if i < int(n) {
				from = int(n) - 1 - i
			}
			at := b * st[o.BatchAxis]
			copy(dst[at+i*st[o.TimeAxis]:][:slab], src[at+from*st[o.TimeAxis]:][:slab])
		}
	}
	return nil
}

func (o *ReverseSequence) backward(g *Grad) {
	s, lens := g.In[0].Shape, g.In[1].I64()
	slab := s.span(2, s.Rank)
	st := [2]int{s.Dims[1] * slab, slab}
	for b, n := range lens {
		for i := range s.Dims[o.TimeAxis] {
			from := i
			if i < int(n) {
				from = int(n) - 1 - i
			}
			at := b * st[o.BatchAxis]
			addPart(g.DIn[0], g.DOut[0], at+from*st[o.TimeAxis], at+i*st[o.TimeAxis], slab)
		}
	}
}
