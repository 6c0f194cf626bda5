package nn

// Add is a + b, broadcast. Integers wrap.
type Add struct{}

// Infer returns the broadcast type.
func (*Add) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes a + b.
func (*Add) Forward(r *Run) error {
	addLoops.run(r.Out[0], r.In[0], r.In[1])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Add) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*Add) backward(g *Grad) {
	addBroadcast(g.DIn[0], g.DOut[0], 1)
	addBroadcast(g.DIn[1], g.DOut[0], 1)
}

// Sub is a − b, broadcast. Integers wrap.
type Sub struct{}

// Infer returns the broadcast type.
func (*Sub) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes a − b.
func (*Sub) Forward(r *Run) error {
	subLoops.run(r.Out[0], r.In[0], r.In[1])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Sub) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*Sub) backward(g *Grad) {
	addBroadcast(g.DIn[0], g.DOut[0], 1)
	addBroadcast(g.DIn[1], g.DOut[0], -1)
}

// Mul is a·b, broadcast. Integers wrap.
type Mul struct{}

// Infer returns the broadcast type.
func (*Mul) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes a·b.
func (*Mul) Forward(r *Run) error {
	mulLoops.run(r.Out[0], r.In[0], r.In[1])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Mul) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*Mul) backward(g *Grad) {
	addProducts(g.DIn[0], g.DOut[0], g.In[1])
	addProducts(g.DIn[1], g.DOut[0], g.In[0])
}

// Div is a∕b, broadcast. Integers are truncated towards zero; dividing one by
// zero is an *ErrData.
type Div struct{}

// Infer returns the broadcast type.
func (*Div) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes a∕b.
func (*Div) Forward(r *Run) error {
	if err := checkDivisor(r.Out[0], r.In[1]); err != nil {
		return err
	}
	divLoops.run(r.Out[0], r.In[0], r.In[1])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Div) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*Div) backward(g *Grad) {
	binaryGrad(g, func(d, _, b, _ float64) float64 { return d / b }, func(d, _, b, y float64) float64 { return -d * y / b })
}

// checkDivisor refuses an integer divisor with a zero that is used.
func checkDivisor(out, b *Tensor) error {
	if out.Elems() == 0 || b.DType.IsFloat() {
		return nil
	}
	for i := range b.Elems() {
		if b.Int(i) == 0 {
			return &ErrData{Why: "an integer is divided by zero"}
		}
	}
	return nil
}

var (
	addLoops = numberLoops{addRun[float32], addRun[float64], addRun[int8], addRun[uint8], addRun[int32], addRun[int64]}
	subLoops = numberLoops{subRun[float32], subRun[float64], subRun[int8], subRun[uint8], subRun[int32], subRun[int64]}
	mulLoops = numberLoops{mulRun[float32], mulRun[float64], mulRun[int8], mulRun[uint8], mulRun[int32], mulRun[int64]}
	divLoops = numberLoops{divRun[float32], divRun[float64], divRun[int8], divRun[uint8], divRun[int32], divRun[int64]}
)

func addRun[T Number](out, a, b []T) {
	if len(a) < len(out) {
		a, b = b, a
	}
	a = a[:len(out)]
	if len(b) < len(out) {
		s := b[0]
		for i, v := range a {
			out[i] = v + s
		}
		return
	}
	b = b[:len(out)]
	for i, v := range a {
		out[i] = v + b[i]
	}
}

func mulRun[T Number](out, a, b []T) {
	if len(a) < len(out) {
		a, b = b, a
	}
	a = a[:len(out)]
	if len(b) < len(out) {
		s := b[0]
		for i, v := range a {
			out[i] = v * s
		}
		return
	}
	b = b[:len(out)]
	for i, v := range a {
		out[i] = v * b[i]
	}
}

func subRun[T Number](out, a, b []T) {
	switch n := len(out); {
	case len(a) < n:
		s := a[0]
		for i, v := range b[:n] {
			out[i] = s - v
		}
	case len(b) < n:
		s := b[0]
		for i, v := range a[:n] {
			out[i] = v - s
		}
	default:
		b = b[:n]
		for i, v := range a[:n] {
			out[i] = v - b[i]
		}
	}
}

func divRun[T Number](out, a, b []T) {
	switch n := len(out); {
	case len(a) < n:
		s := a[0]
		for i, v := range b[:n] {
			out[i] = s / v
		}
	case len(b) < n:
		s := b[0]
		for i, v := range a[:n] {
			out[i] = v / s
		}
	default:
		b = b[:n]
		for i, v := range a[:n] {
			out[i] = v / b[i]
		}
	}
}
