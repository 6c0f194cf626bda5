package nn

// Max is the largest of any number of operands, broadcast. NaN prevails.
type Max struct{}

// Infer returns the broadcast type.
func (*Max) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes the maximum.
func (*Max) Forward(r *Run) error {
	fold(r, &maxLoops)
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Max) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*Max) backward(g *Grad) { extremeGrad(g) }

// Min is the smallest of any number of operands, broadcast. NaN prevails.
type Min struct{}

// Infer returns the broadcast type.
func (*Min) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes the minimum.
func (*Min) Forward(r *Run) error {
	fold(r, &minLoops)
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Min) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*Min) backward(g *Grad) { extremeGrad(g) }

// Sum is the sum of any number of operands, broadcast.
type Sum struct{}

// Infer returns the broadcast type.
func (*Sum) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes the sum.
func (*Sum) Forward(r *Run) error {
	fold(r, &addLoops)
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Sum) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*Sum) backward(g *Grad) { sumGrad(g, 1) }

// Mean is the mean of any number of operands, broadcast.
type Mean struct{}

// Infer returns the broadcast type.
func (*Mean) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes the mean.
func (*Mean) Forward(r *Run) error {
	fold(r, &addLoops)
	switch out := r.Out[0]; out.DType {
	case Float32:
		divRun(out.F32(), out.F32(), []float32{float32(len(r.In))})
	case Float64:
		divRun(out.F64(), out.F64(), []float64{float64(len(r.In))})
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Mean) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*Mean) backward(g *Grad) { sumGrad(g, 1/float64(len(g.In))) }

// fold combines all operands from the left.
func fold(r *Run, l *numberLoops) {
	out, rest := r.Out[0], r.In[1:]
	if len(rest) > 0 && (r.In[0].Shape == out.Shape || rest[0].Shape == out.Shape) {
		l.run(out, r.In[0], rest[0])
		rest = rest[1:]
	} else {
		spread(out, r.In[0])
	}
	for _, in := range rest {
		l.run(out, out, in)
	}
}

// spread writes in, broadcast, to out.
func spread(out, in *Tensor) {
	size := out.DType.Size()
	o, x := out.Bytes(), in.Bytes()
	it := newBroadcast(out.Shape, in.Shape)
	for it.next() {
		y, v := o[it.pos*size:(it.pos+it.run)*size], x[it.off[0]*size:]
		n := copy(y, v[:(1+(it.run-1)*it.step[0])*size])
		for n < len(y) { // double what is there until the run is full
			n += copy(y[n:], y[:n])
		}
	}
}

var (
	maxLoops = numberLoops{maxRun[float32], maxRun[float64], maxRun[int8], maxRun[uint8], maxRun[int32], maxRun[int64]}
	minLoops = numberLoops{minRun[float32], minRun[float64], minRun[int8], minRun[uint8], minRun[int32], minRun[int64]}
)

func maxRun[T Number](out, a, b []T) {
	if len(a) < len(out) {
		a, b = b, a
	}
	a = a[:len(out)]
	if len(b) < len(out) {
		s := b[0]
		for i, v := range a {
			out[i] = max(v, s)
		}
		return
	}
	b = b[:len(out)]
	for i, v := range a {
		out[i] = max(v, b[i])
	}
}

func minRun[T Number](out, a, b []T) {
	if len(a) < len(out) {
		a, b = b, a
	}
	a = a[:len(out)]
	if len(b) < len(out) {
		s := b[0]
		for i, v := range a {
			out[i] = min(v, s)
		}
		return
	}
	b = b[:len(out)]
	for i, v := range a {
		out[i] = min(v, b[i])
	}
}

// sumGrad hands the gradient, times a factor, to every operand.
func sumGrad(g *Grad, by float64) {
	for _, d := range g.DIn {
		addBroadcast(d, g.DOut[0], by)
	}
}

// extremeGrad gives the gradient of an element to the operand that it was
// taken from: of equal ones, the first.
func extremeGrad(g *Grad) {
	for k := range g.In {
		if !g.DIn[k].Present() {
			continue
		}
		switch g.Out[0].DType {
		case Float32:
			extremeRuns[float32](g, k)
		case Float64:
			extremeRuns[float64](g, k)
		}
	}
}

func extremeRuns[T float32 | float64](g *Grad, k int) {
	x, y, d, to := Data[T](g.In[k]), Data[T](g.Out[0]), Data[T](g.DOut[0]), Data[T](g.DIn[k])
	it := newBroadcast(g.Out[0].Shape, g.In[k].Shape)
	for it.next() {
		for i := range it.run {
			at, o := it.off[0]+i*it.step[0], it.pos+i
			if x[at] == y[o] && !anyEquals(g.In[:k], g.Out[0].Shape, o, y[o]) {
				to[at] += d[o]
			}
		}
	}
}

// anyEquals reports whether, of any operand that broadcasts to s, the element
// at place o of s is v.
func anyEquals[T float32 | float64](in []*Tensor, s Shape, o int, v T) bool {
	for _, t := range in {
		st := BroadcastStrides(t.Shape, s)
		if Data[T](t)[s.offset(o, &st)] == v {
			return true
		}
	}
	return false
}

// offset returns where row-major element i of s lies at other strides.
func (s *Shape) offset(i int, st *[MaxRank]int) (at int) {
	for d := s.Rank - 1; d >= 0; d-- {
		at += i % s.Dims[d] * st[d]
		i /= s.Dims[d]
	}
	return at
}
