package nn

// EyeLike is a matrix of the operand's shape with ones on the diagonal that
// lies K columns right of the main one, and zeros elsewhere.
type EyeLike struct {
	DType int `onnx:"dtype"` // ONNX number of the element type; 0: the operand's
	K     int `onnx:"k"`
}

// Infer returns the operand's shape.
func (o *EyeLike) Infer(in []Arg, _ int) ([]Type, error) {
	d := in[0].DType
	if o.DType != 0 {
		var ok bool
		if d, ok = DTypeFromONNX(o.DType); !ok {
			return nil, Unsupportedf("dtype", "ONNX element type %d", o.DType)
		}
	}
	if in[0].Shape.Rank != 2 {
		return nil, Invalidf("", "rank %d, want 2", in[0].Shape.Rank)
	}
	return []Type{{DType: d, Shape: in[0].Shape}}, nil
}

// Forward writes the ones.
func (o *EyeLike) Forward(r *Run) error {
	switch out := r.Out[0]; out.DType {
	case Float32:
		eye(out.F32(), 1, out.Shape, o.K)
	case Float64:
		eye(out.F64(), 1, out.Shape, o.K)
	case Float16:
		eye(out.F16(), halfOne, out.Shape, o.K)
	case Int8:
		eye(out.I8(), 1, out.Shape, o.K)
	case Uint8:
		eye(out.U8(), 1, out.Shape, o.K)
	case Int32:
		eye(out.I32(), 1, out.Shape, o.K)
	case Int64:
		eye(out.I64(), 1, out.Shape, o.K)
	case Bool:
		eye(out.Bools(), true, out.Shape, o.K)
	}
	return nil
}

const halfOne = 0x3C00 // 1 in IEEE half precision

func eye[T Element](dst []T, one T, s Shape, k int) {
	clear(dst)
	rows, cols := s.Dims[0], s.Dims[1]
	if k <= -rows || k >= cols {
		return
	}
	for i := max(0, -k); i < min(rows, cols-k); i++ {
		dst[i*cols+i+k] = one
	}
}

// Fold: the type decides the result.
func (o *EyeLike) Fold(in []Arg) ([]*Tensor, bool) { return foldType(o, in) }

// Trilu keeps the upper (or, without Upper, the lower) triangle of matrices in
// the last two dimensions and zeroes the rest. Operand 1, a scalar that is 0
// where absent, moves the diagonal to the right.
type Trilu struct {
	Upper bool `onnx:"upper,1"`
}

// Infer returns the type of operand 0.
func (*Trilu) Infer(in []Arg, _ int) ([]Type, error) {
	if in[0].Shape.Rank < 2 {
		return nil, Invalidf("", "rank %d, want 2 or more", in[0].Shape.Rank)
	}
	if k := argAt(in, 1); k.Present() && (k.DType != Int64 || k.Elems() != 1) {
		return nil, Invalidf("k", "is %v %v, want one int64", k.DType, k.Shape)
	}
	return sameType(in)
}

// Forward copies and zeroes.
func (o *Trilu) Forward(r *Run) error {
	s, out := r.In[0].Shape, r.Out[0].Bytes()
	copy(out, r.In[0].Bytes())
	rows, cols, k := s.Dims[s.Rank-2], s.Dims[s.Rank-1], 0
	if t := operand(r, 1); t != nil {
		k = min(max(t.Int(0), -rows), cols)
	}
	size := r.In[0].DType.Size()
	for row := range s.span(0, s.Rank-1) {
		line := out[row*cols*size:][:cols*size]
		at := row%rows + k // column of the diagonal
		if o.Upper {
			clear(line[:min(max(at, 0), cols)*size])
		} else {
			clear(line[min(max(at+1, 0), cols)*size:])
		}
	}
	return nil
}

func (o *Trilu) backward(g *Grad) {
	if !g.DIn[0].Present() {
		return
	}
	s, k := g.In[0].Shape, 0
	rows, cols := s.Dims[s.Rank-2], s.Dims[s.Rank-1]
	if len(g.In) > 1 && g.In[1].Present() {
		k = min(max(g.In[1].Int(0), -rows), cols)
	}
	for row := range s.span(0, s.Rank-1) {
		from, to := 0, min(max(row%rows+k+1, 0), cols)
		if o.Upper {
			from, to = min(max(row%rows+k, 0), cols), cols
		}
		addPart(g.DIn[0], g.DOut[0], row*cols+from, row*cols+from, to-from)
	}
}
