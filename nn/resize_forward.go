package nn

// Scratch holds the index tables and weights of the axes, and the operand as
// it is between one axis and the next.
func (o *Resize) Scratch(in []Arg, out []Type) int {
	g, err := o.geometry(in[0].Shape, constOf(in, 2), constOf(in, 3))
	if err != nil {
		return 0
	}
	if o.Mode == "nearest" {
		n := 0
		for i := range g.rank {
			n += g.axis[i].out
		}
		return n * 4
	}
	size, n := 8, 0
	if in[0].DType == Float32 {
		size = 4
	}
	s, left := in[0].Shape, g.active()
	for i := g.rank - 1; i >= 0; i-- {
		a := &g.axis[i]
		if !a.active {
			continue
		}
		left--
		s.Dims[i] = a.out
		n += aligned(a.out*a.taps*4) + aligned(a.out*a.taps*size)
		if left > 0 || in[0].DType.IsInt() { // the last axis of floats is written to the result
			n += aligned(s.Elems() * size)
		}
	}
	return n
}

func constOf(in []Arg, i int) *Tensor {
	if i < len(in) {
		return in[i].Const
	}
	return nil
}

// aligned rounds bytes of scratch memory up to where the next part may begin.
func aligned(n int) int { return (n + 63) &^ 63 }

// carve takes n elements from the front of scratch memory.
func carve[T Element](mem *[]byte, n int) []T {
	d := DTypeOf[T]()
	t := View(d, Shape{Rank: 1, Dims: [MaxRank]int{n}}, *mem)
	*mem = (*mem)[min(aligned(n*d.Size()), len(*mem)):]
	return Data[T](&t)
}

// Forward resizes.
func (o *Resize) Forward(r *Run) error {
	var ops [4]*Tensor
	copy(ops[:], r.In)
	g, err := o.geometry(r.In[0].Shape, ops[2], ops[3])
	if err != nil {
		return err
	}
	if o.Mode == "nearest" {
		return o.forwardNearest(r, &g, ops[1])
	}
	switch r.In[0].DType {
	case Float32:
		resizeInto[float32, float32](o, r, &g, ops[1])
	case Float64:
		resizeInto[float64, float64](o, r, &g, ops[1])
	case Int8:
		resizeInto[int8, float64](o, r, &g, ops[1])
	case Uint8:
		resizeInto[uint8, float64](o, r, &g, ops[1])
	case Int32:
		resizeInto[int32, float64](o, r, &g, ops[1])
	case Int64:
		resizeInto[int64, float64](o, r, &g, ops[1])
	}
	return nil
}

// resizable is the set of Go types that are interpolated.
type resizable interface {
	float32 | float64 | int8 | uint8 | int32 | int64
}

// resizeInto interpolates along one axis after the other, the last first, in
// type A.
func resizeInto[T resizable, A float32 | float64](o *Resize, r *Run, g *resizeGeometry, roi *Tensor) {
	src, out, mem := Data[T](r.In[0]), Data[T](r.Out[0]), r.Scratch
	direct, same := any(out).([]A)
	s, left := r.In[0].Shape, g.active()
	var cur []A
	for i := g.rank - 1; i >= 0; i-- {
		a := &g.axis[i]
		if !a.active {
			continue
		}
		left--
		s.Dims[i] = a.out
		p := resizePass[A]{axis: a, inner: s.span(i+1, s.Rank), extra: A(o.Extrapolation)}
		p.index, p.weights = carve[int32](&mem, a.out*a.taps), carve[A](&mem, a.out*a.taps)
		fillTaps(o, a, p.index, p.weights, roi, g.rois)
		dst := direct
		if left > 0 || !same {
			dst = carve[A](&mem, s.Elems())
		}
		if cur == nil {
			runPass(&p, dst, src)
		} else {
			runPass(&p, dst, cur)
		}
		cur = dst
	}
	switch {
	case cur == nil:
		copy(out, src)
	case !same:
		truncate(r.Out[0], cur)
	}
}

// truncate converts to the integers of out, saturating.
func truncate[A Float](out *Tensor, v []A) {
	switch out.DType {
	case Int8:
		saturateRun(out.I8(), v)
	case Uint8:
		saturateRun(out.U8(), v)
	case Int32:
		saturateRun(out.I32(), v)
	case Int64:
		saturateRun(out.I64(), v)
	}
}

// active returns how many axes change.
func (g *resizeGeometry) active() int {
	n := 0
	for i := range g.rank {
		if g.axis[i].active {
			n++
		}
	}
	return n
}

// resizePass interpolates along one axis of elements laid out [outer axis
// inner].
type resizePass[A Float] struct {
	axis    *resizeAxis
	inner   int
	index   []int32
	weights []A
	extra   A // value of outputs that lie outside
}

func runPass[S Number, A Float](p *resizePass[A], dst []A, src []S) {
	in, out := p.axis.in*p.inner, p.axis.out*p.inner
	if out == 0 {
		return
	}
	for o := range len(dst) / out {
		d, s := dst[o*out:][:out], src[o*in:][:in]
		switch {
		case p.inner > 1:
			passRows(p, d, s)
		case p.axis.taps == 2:
			passPairs(p, d, s)
		default:
			passDots(p, d, s)
		}
	}
}

// passRows mixes whole rows.
func passRows[S Number, A Float](p *resizePass[A], dst []A, src []S) {
	n, taps := p.inner, p.axis.taps
	for i := range p.axis.out {
		d := dst[i*n:][:n]
		idx, w := p.index[i*taps:][:taps], p.weights[i*taps:][:taps]
		if idx[0] == outside {
			fill(d, p.extra)
			continue
		}
		w0, w1 := w[0], w[1]
		a, b := src[int(idx[0])*n:][:n], src[int(idx[1])*n:][:n]
		for j := range d {
			d[j] = w0*A(a[j]) + w1*A(b[j])
		}
		for k := 2; k < taps; k++ {
			wk := w[k]
			for j, v := range src[int(idx[k])*n:][:n] {
				d[j] += wk * A(v)
			}
		}
	}
}

// passPairs mixes neighbours along the last axis.
func passPairs[S Number, A Float](p *resizePass[A], dst []A, src []S) {
	for i := range dst {
		a, b := p.index[2*i], p.index[2*i+1]
		if a == outside {
			dst[i] = p.extra
			continue
		}
		dst[i] = p.weights[2*i]*A(src[a]) + p.weights[2*i+1]*A(src[b])
	}
}

// passDots mixes any number of elements along the last axis.
func passDots[S Number, A Float](p *resizePass[A], dst []A, src []S) {
	taps := p.axis.taps
	for i := range dst {
		idx, w := p.index[i*taps:][:taps], p.weights[i*taps:][:taps]
		if idx[0] == outside {
			dst[i] = p.extra
			continue
		}
		var sum A
		for k, v := range w {
			sum += v * A(src[idx[k]])
		}
		dst[i] = sum
	}
}
