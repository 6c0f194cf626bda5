package nn

// GatherND takes the slices of operand 0 that the rows of operand 1 point at:
// each row indexes the dimensions after the first BatchDims, which both
// operands share.
type GatherND struct {
	BatchDims int `onnx:"batch_dims"`
}

// Infer returns the indices' shape without its last dimension, followed by
// the dimensions that are not indexed.
func (o *GatherND) Infer(in []Arg, _ int) ([]Type, error) {
	s, idx, b := in[0].Shape, in[1].Shape, o.BatchDims
	if b < 0 || b >= s.Rank || b >= idx.Rank {
		return nil, Invalidf("batch_dims", "%d does not fit %v and indices of %v", b, s, idx)
	}
	for i := range b {
		if s.Dims[i] != idx.Dims[i] {
			return nil, Invalidf("batch_dims", "dimension %d of %v and of indices of %v differ", i, s, idx)
		}
	}
	k, err := indexedDims(in[1], s, b)
	if err != nil {
		return nil, err
	}
	dims := append([]int(nil), idx.Dims[:idx.Rank-1]...)
	dims = append(dims, s.Dims[b+k:s.Rank]...)
	return grown(in[0].DType, dims, "indices")
}

// indexedDims returns how many dimensions of s, from the first on, a row of
// the indices points into.
func indexedDims(idx Arg, s Shape, first int) (int, error) {
	if err := checkIndices(idx); err != nil {
		return 0, err
	}
	if idx.Shape.Rank == 0 {
		return 0, Invalidf("indices", "are a scalar")
	}
	k := idx.Shape.Dims[idx.Shape.Rank-1]
	if k > s.Rank-first {
		return 0, Invalidf("indices", "%v index more dimensions than %v has", idx.Shape, s)
	}
	if idx.Const == nil || k == 0 {
		return k, nil
	}
	for row := range idx.Const.Elems() / k {
		if _, err := rowOffset(idx.Const, row, k, &s, first); err != nil {
			return 0, Invalidf("indices", "%s", err.(*ErrData).Why)
		}
	}
	return k, nil
}

// rowOffset returns how far into s, in units of what is not indexed, the k
// indices of a row point. The dimensions of s that they are for start at first.
func rowOffset(idx *Tensor, row, k int, s *Shape, first int) (int, error) {
	at := 0
	for j := range k {
		dim := s.Dims[first+j]
		i, ok := Axis(idx.Int(row*k+j), dim)
		if !ok {
			return 0, badIndex(idx.Int(row*k+j), dim)
		}
		at = at*dim + i
	}
	return at, nil
}

// Forward copies the slices.
func (o *GatherND) Forward(r *Run) error {
	s, idx, b := &r.In[0].Shape, r.In[1], o.BatchDims
	k := idx.Shape.Dims[idx.Shape.Rank-1]
	slab := s.span(b+k, s.Rank) * r.In[0].DType.Size()
	batches, perBatch := s.span(0, b), idx.Shape.span(b, idx.Shape.Rank-1)
	whole := s.span(b, b+k) * slab
	src, dst := r.In[0].Bytes(), r.Out[0].Bytes()
	for n := range batches {
		for i := range perBatch {
			row := n*perBatch + i
			at, err := rowOffset(idx, row, k, s, b)
			if err != nil {
				return err
			}
			copy(dst[row*slab:][:slab], src[n*whole+at*slab:][:slab])
		}
	}
	return nil
}

func (o *GatherND) backward(g *Grad) {
	s, idx, b := &g.In[0].Shape, g.In[1], o.BatchDims
	k := idx.Shape.Dims[idx.Shape.Rank-1]
	slab := s.span(b+k, s.Rank)
	perBatch := idx.Shape.span(b, idx.Shape.Rank-1)
	for row := range s.span(0, b) * perBatch {
		if at, err := rowOffset(idx, row, k, s, b); err == nil {
			addPart(g.DIn[0], g.DOut[0], row/perBatch*s.span(b, b+k)*slab+at*slab, row*slab, slab)
		}
	}
}
