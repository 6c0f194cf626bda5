package nn

// LeakyRelu is x, or Alpha·x below zero, element by element.
type LeakyRelu struct {
	elementwise
	Alpha float32 `onnx:"alpha,0.01"`
}

// Forward computes it.
func (o *LeakyRelu) Forward(r *Run) error {
	switch r.In[0].DType {
	case Float32:
		leakyRun(r.Out[0].F32(), r.In[0].F32(), o.Alpha)
	case Float64:
		leakyRun(r.Out[0].F64(), r.In[0].F64(), float64(o.Alpha))
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *LeakyRelu) Permute([]int, []Arg) (Op, bool) { return o, true }

func (o *LeakyRelu) backward(g *Grad) {
	if !g.DIn[0].Present() {
		return
	}
	switch g.In[0].DType {
	case Float32:
		leakyGrad(g.DIn[0].F32(), g.DOut[0].F32(), g.In[0].F32(), o.Alpha)
	case Float64:
		leakyGrad(g.DIn[0].F64(), g.DOut[0].F64(), g.In[0].F64(), float64(o.Alpha))
	}
}

func leakyGrad[T Float](dIn, dOut, in []T, alpha T) {
	dIn, dOut = dIn[:len(in)], dOut[:len(in)]
	for i, v := range in {
		d := dOut[i]
		if v < 0 {
			d *= alpha
		}
		dIn[i] += d
	}
}

func leakyRun[T Float](out, in []T, alpha T) {
	for i, v := range in {
		if v < 0 {
			v *= alpha
		}
		out[i] = v
	}
}

// PRelu is x, or slope·x below zero, the slope being broadcast to x.
type PRelu struct{}

// Infer returns the type of x.
func (*PRelu) Infer(in []Arg, _ int) ([]Type, error) {
	ts, err := broadcastType(in, Invalid)
	if err == nil && ts[0].Shape != in[0].Shape {
		err = Invalidf("slope", "%v does not broadcast to %v", in[1].Shape, in[0].Shape)
	}
	return ts, err
}

// Forward computes it.
func (*PRelu) Forward(r *Run) error {
	preluLoops.run(r.Out[0], r.In[0], r.In[1])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *PRelu) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

func (*PRelu) backward(g *Grad) {
	binaryGrad(g, func(d, x, slope, _ float64) float64 {
		if x < 0 {
			d *= slope
		}
		return d
	}, func(d, x, _, _ float64) float64 { return d * min(x, 0) })
}

var preluLoops = numberLoops{preluRun[float32], preluRun[float64], preluRun[int8], preluRun[uint8],
	preluRun[int32], preluRun[int64]}

func preluRun[T Number](out, x, slope []T) {
	if len(slope) < len(out) {
		s := slope[0]
		for i, v := range x {
			if v < 0 {
				v *= s
			}
			out[i] = v
		}
		return
	}
	slope = slope[:len(x)]
	for i, v := range x {
		if v < 0 {
			v *= slope[i]
		}
		out[i] = v
	}
}

// ThresholdedRelu is x above Alpha and 0 elsewhere, element by element.
type ThresholdedRelu struct {
	elementwise
	Alpha float32 `onnx:"alpha,1"`
}

// Forward computes it.
func (o *ThresholdedRelu) Forward(r *Run) error {
	a := float64(o.Alpha)
	return mapFloats(r, func(x float64) float64 {
		if x > a {
			return x
		}
		return 0
	})
}

// Permute: the order of the dimensions does not matter.
func (o *ThresholdedRelu) Permute([]int, []Arg) (Op, bool) { return o, true }

func (o *ThresholdedRelu) backward(g *Grad) {
	mapGrad(g, func(x, _ float64) float64 {
		if x > float64(o.Alpha) {
			return 1
		}
		return 0
	})
}
