package nn

import "math"

// Softmax is e^x∕Σe^x along Axis.
type Softmax struct {
	Axis int `onnx:"axis,-1"`
}

// Infer returns the operand's type.
func (o *Softmax) Infer(in []Arg, _ int) ([]Type, error) { return axisType(in, o.Axis) }

// Forward computes it.
func (o *Softmax) Forward(r *Run) error {
	softmaxTensor(r, o.Axis, softmaxLinear)
	return nil
}

// Permute maps the axis.
func (o *Softmax) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &Softmax{axis}, ok
}

func (o *Softmax) backward(g *Grad) { softmaxGrad(g, o.Axis, softmaxLinear) }

// LogSoftmax is the logarithm of Softmax.
type LogSoftmax struct {
	Axis int `onnx:"axis,-1"`
}

// Infer returns the operand's type.
func (o *LogSoftmax) Infer(in []Arg, _ int) ([]Type, error) { return axisType(in, o.Axis) }

// Forward computes it.
func (o *LogSoftmax) Forward(r *Run) error {
	softmaxTensor(r, o.Axis, softmaxLog)
	return nil
}

// Permute maps the axis.
func (o *LogSoftmax) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &LogSoftmax{axis}, ok
}

func (o *LogSoftmax) backward(g *Grad) { softmaxGrad(g, o.Axis, softmaxLog) }

// Hardmax is 1 at the first largest element along Axis and 0 elsewhere.
type Hardmax struct {
	Axis int `onnx:"axis,-1"`
}

// Infer returns the operand's type.
func (o *Hardmax) Infer(in []Arg, _ int) ([]Type, error) { return axisType(in, o.Axis) }

// Forward computes it.
func (o *Hardmax) Forward(r *Run) error {
	softmaxTensor(r, o.Axis, softmaxHard)
	return nil
}

// Permute maps the axis.
func (o *Hardmax) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &Hardmax{axis}, ok
}

// axisType is sameType for operations along an axis.
func axisType(in []Arg, axis int) ([]Type, error) {
	if _, ok := Axis(axis, in[0].Shape.Rank); !ok {
		return nil, Invalidf("axis", "%d is outside rank %d", axis, in[0].Shape.Rank)
	}
	return sameType(in)
}

type softmaxKind uint8

const (
	softmaxLinear softmaxKind = iota
	softmaxLog
	softmaxHard
)

func softmaxTensor(r *Run, axis int, k softmaxKind) {
	l := linesOf(r.In[0].Shape, axis)
	switch r.In[0].DType {
	case Float32:
		softmaxLines(r.Out[0].F32(), r.In[0].F32(), l, k)
	case Float64:
		softmaxLines(r.Out[0].F64(), r.In[0].F64(), l, k)
	}
}

// softmaxLines works on lines side by side, a block of them at a time.
func softmaxLines[T Float](out, x []T, l lines, k softmaxKind) {
	if len(out) == 0 {
		return
	}
	if l.inner == 1 && k == softmaxLinear {
		for i := 0; i < len(x); i += l.n {
			softmaxRow(out[i:i+l.n], x[i:i+l.n])
		}
		return
	}
	var peaks [columnBlock]T
	for o := range l.outer {
		for j := 0; j < l.inner; j += columnBlock {
			at, n := o*l.n*l.inner+j, min(columnBlock, l.inner-j)
			peak := peaks[:n]
			copy(peak, x[at:at+n])
			for i := 1; i < l.n; i++ {
				for c, v := range x[at+i*l.inner:][:n] {
					peak[c] = max(peak[c], v)
				}
			}
			switch k {
			case softmaxLinear:
				softmaxBlock(out[at:], x[at:], l, peak)
			case softmaxLog:
				logSoftmaxBlock(out[at:], x[at:], l, peak)
			case softmaxHard:
				hardmaxBlock(out[at:], x[at:], l, peak)
			}
		}
	}
}

// softmaxRow is one line of adjacent elements, with no bookkeeping of columns.
func softmaxRow[T Float](out, x []T) {
	peak := x[0]
	for _, v := range x[1:] {
		if v > peak || v != v {
			peak = v
		}
	}
	sum := 0.0
	for i, v := range x {
		e := exp[T](float64(v - peak))
		out[i] = T(e)
		sum += e
	}
	inv := 1 / sum
	for i, v := range out {
		out[i] = T(float64(v) * inv)
	}
}

func softmaxBlock[T Float](out, x []T, l lines, peak []T) {
	var sums [columnBlock]float64
	sum := sums[:len(peak)]
	for i := range l.n {
		y := out[i*l.inner:][:len(peak)]
		for c, v := range x[i*l.inner:][:len(peak)] {
			e := exp[T](float64(v - peak[c]))
			y[c] = T(e)
			sum[c] += e
		}
	}
	for c, v := range sum {
		sum[c] = 1 / v
	}
	for i := range l.n {
		y := out[i*l.inner:][:len(peak)]
		for c := range y {
			y[c] = T(float64(y[c]) * sum[c])
		}
	}
}

func logSoftmaxBlock[T Float](out, x []T, l lines, peak []T) {
	var sums [columnBlock]float64
	sum := sums[:len(peak)]
	for i := range l.n {
		for c, v := range x[i*l.inner:][:len(peak)] {
			sum[c] += exp[T](float64(v - peak[c]))
		}
	}
	for c, v := range sum {
		sum[c] = math.Log(v)
	}
	for i := range l.n {
		y := out[i*l.inner:][:len(peak)]
		for c, v := range x[i*l.inner:][:len(peak)] {
			y[c] = T(float64(v-peak[c]) - sum[c])
		}
	}
}

func hardmaxBlock[T Float](out, x []T, l lines, peak []T) {
	var found [columnBlock]bool
	for i := range l.n {
		y := out[i*l.inner:][:len(peak)]
		for c, v := range x[i*l.inner:][:len(peak)] {
			y[c] = 0
			if v == peak[c] && !found[c] {
				y[c], found[c] = 1, true
			}
		}
	}
}

func softmaxGrad(g *Grad, axis int, k softmaxKind) {
	if !g.DIn[0].Present() {
		return
	}
	l := linesOf(g.In[0].Shape, axis)
	switch g.In[0].DType {
	case Float32:
		softmaxGradLines(g.DIn[0].F32(), g.DOut[0].F32(), g.Out[0].F32(), l, k)
	case Float64:
		softmaxGradLines(g.DIn[0].F64(), g.DOut[0].F64(), g.Out[0].F64(), l, k)
	}
}

// softmaxGradLines adds y·(d − Σd·y) or, for the logarithm, d − e^y·Σd.
func softmaxGradLines[T Float](dx, d, y []T, l lines, k softmaxKind) {
	for i := range l.outer * l.inner {
		at := i/l.inner*l.n*l.inner + i%l.inner
		sum := 0.0
		for j := range l.n {
			p := at + j*l.inner
			if k == softmaxLog {
				sum += float64(d[p])
			} else {
				sum += float64(d[p]) * float64(y[p])
			}
		}
		for j := range l.n {
			p := at + j*l.inner
			if k == softmaxLog {
				dx[p] += T(float64(d[p]) - exp[T](float64(y[p]))*sum)
			} else {
				dx[p] += T(float64(y[p]) * (float64(d[p]) - sum))
			}
		}
	}
}
