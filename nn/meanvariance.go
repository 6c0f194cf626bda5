package nn

import "math"

// MeanVarianceNormalization is (x − mean)∕(√variance + 1e-9), the statistics
// being taken over Axes together, which are 0, 2 and 3 when not given.
type MeanVarianceNormalization struct {
	Axes []int `onnx:"axes"`
}

// Infer returns the operand's type.
func (o *MeanVarianceNormalization) Infer(in []Arg, _ int) ([]Type, error) {
	if _, err := o.set(in[0].Shape.Rank); err != nil {
		return nil, err
	}
	return sameType(in)
}

// set resolves the axes.
func (o *MeanVarianceNormalization) set(rank int) (set [maxList]bool, err error) {
	axes := o.Axes
	if axes == nil {
		axes = []int{0, 2, 3}
	}
	for _, axis := range axes {
		a, ok := Axis(axis, rank)
		if !ok {
			return set, Invalidf("axes", "axis %d is outside rank %d", axis, rank)
		}
		set[a] = true
	}
	return set, nil
}

// Forward normalises.
func (o *MeanVarianceNormalization) Forward(r *Run) error {
	set, err := o.set(r.In[0].Shape.Rank)
	if err != nil {
		return &ErrData{Why: err.Error()}
	}
	switch r.In[0].DType {
	case Float32:
		meanVariance(r.Out[0].F32(), r.In[0].F32(), r.In[0].Shape, &set)
	case Float64:
		meanVariance(r.Out[0].F64(), r.In[0].F64(), r.In[0].Shape, &set)
	}
	return nil
}

// Permute maps the axes.
func (o *MeanVarianceNormalization) Permute(perm []int, in []Arg) (Op, bool) {
	if in[0].Shape.Rank != len(perm) {
		return nil, false
	}
	set, err := o.set(len(perm))
	p := &MeanVarianceNormalization{Axes: []int{}}
	for i, d := range perm {
		if set[d] {
			p.Axes = append(p.Axes, i)
		}
	}
	return p, err == nil
}

// meanVariance takes the sets one after another, each in three passes.
func meanVariance[T Float](out, x []T, s Shape, axes *[maxList]bool) {
	if len(x) == 0 {
		return
	}
	r := setsOf(s, axes)
	n := float64(r.count)
	for range r.sets {
		sum, squares := 0.0, 0.0
		for more := true; more; more = r.reduced.next() {
			sum += sumRow[T, float64](x[r.kept.off+r.reduced.off:][:r.run])
		}
		mean := sum / n
		for more := true; more; more = r.reduced.next() {
			squares += squareRow(x[r.kept.off+r.reduced.off:][:r.run], mean)
		}
		inv := 1 / (math.Sqrt(squares/n) + 1e-9)
		for more := true; more; more = r.reduced.next() {
			at := r.kept.off + r.reduced.off
			y := out[at:][:r.run]
			for i, v := range x[at:][:r.run] {
				y[i] = T((float64(v) - mean) * inv)
			}
		}
		r.kept.next()
	}
}

func (o *MeanVarianceNormalization) backward(g *Grad) {
	set, err := o.set(g.In[0].Shape.Rank)
	if err != nil || !g.DIn[0].Present() {
		return
	}
	switch g.In[0].DType {
	case Float32:
		meanVarianceGrad[float32](g, &set)
	case Float64:
		meanVarianceGrad[float64](g, &set)
	}
}

// meanVarianceGrad adds (d − mean(d))∕(σ + ε) − y·mean(d·y)∕σ, set by set; the
// last term is 0 where σ is.
func meanVarianceGrad[T float32 | float64](g *Grad, axes *[maxList]bool) {
	x, y, d, dx := Data[T](g.In[0]), Data[T](g.Out[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	if len(x) == 0 {
		return
	}
	r := setsOf(g.In[0].Shape, axes)
	n := float64(r.count)
	for range r.sets {
		sum, sumD, products, squares := 0.0, 0.0, 0.0, 0.0
		for more := true; more; more = r.reduced.next() {
			at := r.kept.off + r.reduced.off
			sum += sumRow[T, float64](x[at:][:r.run])
			sumD += sumRow[T, float64](d[at:][:r.run])
			products += dotRow(d[at:][:r.run], y[at:][:r.run])
		}
		for more := true; more; more = r.reduced.next() {
			squares += squareRow(x[r.kept.off+r.reduced.off:][:r.run], sum/n)
		}
		sigma := math.Sqrt(squares / n)
		inv, slope := 1/(sigma+1e-9), 0.0
		if sigma > 0 {
			slope = products / n / sigma
		}
		for more := true; more; more = r.reduced.next() {
			at := r.kept.off + r.reduced.off
			for j := at; j < at+r.run; j++ {
				dx[j] += T((float64(d[j])-sumD/n)*inv - float64(y[j])*slope)
			}
		}
		r.kept.next()
	}
}
