package nn

import "math"

// LayerNormalization brings the elements from dimension Axis on to mean 0 and
// variance 1, then computes scale·x + B, of x, scale and the optional B, which
// broadcast to x. The optional results 1 and 2 are the mean and 1∕√(variance +
// Epsilon), as float32 with the normalised dimensions of extent 1.
type LayerNormalization struct {
	Axis      int     `onnx:"axis,-1"`
	Epsilon   float32 `onnx:"epsilon,1e-5"`
	StashType int     `onnx:"stash_type,1"`
}

// Infer returns the type of x, and those of the statistics.
func (o *LayerNormalization) Infer(in []Arg, outs int) ([]Type, error) {
	ts, err := layerType(in, o.Axis, o.StashType)
	if err != nil {
		return nil, err
	}
	axis, _ := Axis(o.Axis, in[0].Shape.Rank)
	stats := Type{DType: Float32, Shape: in[0].Shape}
	for d := axis; d < stats.Shape.Rank; d++ {
		stats.Shape.Dims[d] = 1
	}
	return append(ts, stats, stats)[:outs], nil
}

// Forward normalises.
func (o *LayerNormalization) Forward(r *Run) error {
	switch r.In[0].DType {
	case Float32:
		normaliseLayers[float32](r, o.Axis, float64(o.Epsilon), true)
	case Float64:
		normaliseLayers[float64](r, o.Axis, float64(o.Epsilon), true)
	}
	return nil
}

// RMSNormalization divides the elements from dimension Axis on by the root of
// their mean square plus Epsilon, then multiplies by scale, which broadcasts
// to x.
type RMSNormalization struct {
	Axis      int     `onnx:"axis,-1"`
	Epsilon   float32 `onnx:"epsilon,1e-5"`
	StashType int     `onnx:"stash_type,1"`
}

// Infer returns the type of x.
func (o *RMSNormalization) Infer(in []Arg, _ int) ([]Type, error) {
	return layerType(in, o.Axis, o.StashType)
}

// Forward normalises.
func (o *RMSNormalization) Forward(r *Run) error {
	switch r.In[0].DType {
	case Float32:
		normaliseLayers[float32](r, o.Axis, float64(o.Epsilon), false)
	case Float64:
		normaliseLayers[float64](r, o.Axis, float64(o.Epsilon), false)
	}
	return nil
}

func layerType(in []Arg, axis, stash int) ([]Type, error) {
	if err := checkStash(stash); err != nil {
		return nil, err
	}
	x := in[0]
	if _, ok := Axis(axis, x.Shape.Rank); !ok {
		return nil, Invalidf("axis", "%d is outside rank %d", axis, x.Shape.Rank)
	}
	for i, name := range [...]string{"", "scale", "B"} {
		a := argAt(in, i)
		if !a.Present() {
			continue
		}
		if a.DType != x.DType {
			return nil, Invalidf(name, "is %v, the operand %v", a.DType, x.DType)
		}
		if s, err := Broadcast(x.Shape, a.Shape); err != nil || s != x.Shape {
			return nil, Invalidf(name, "%v does not broadcast to %v", a.Shape, x.Shape)
		}
	}
	return sameType(in)
}

// normaliseLayers writes the normalised elements, then scales and shifts them
// in place by the broadcasting loops.
func normaliseLayers[T float32 | float64](r *Run, axis int, eps float64, centre bool) {
	s := r.In[0].Shape
	a, _ := Axis(axis, s.Rank)
	n := s.span(a, s.Rank)
	x, out := Data[T](r.In[0]), Data[T](r.Out[0])
	means, invs := statistic(r, 1), statistic(r, 2)
	for i := range s.span(0, a) {
		row, y := x[i*n:][:n], out[i*n:][:n]
		mean := 0.0
		if centre {
			mean = sumRow[T, float64](row) / float64(n)
		}
		inv := 1 / math.Sqrt(squareRow(row, mean)/float64(n)+eps)
		for j, v := range row {
			y[j] = T((float64(v) - mean) * inv)
		}
		if means != nil {
			means[i] = float32(mean)
		}
		if invs != nil {
			invs[i] = float32(inv)
		}
	}
	mulLoops.run(r.Out[0], r.Out[0], r.In[1])
	if b := operand(r, 2); b != nil {
		addLoops.run(r.Out[0], r.Out[0], b)
	}
}

// statistic returns the elements of float32 result i, nil where nobody wants
// it.
func statistic(r *Run, i int) []float32 {
	if i >= len(r.Out) || !r.Out[i].Present() {
		return nil
	}
	return r.Out[i].F32()
}

func (o *LayerNormalization) backward(g *Grad) {
	switch g.In[0].DType {
	case Float32:
		layersGrad[float32](g, o.Axis, float64(o.Epsilon), true)
	case Float64:
		layersGrad[float64](g, o.Axis, float64(o.Epsilon), true)
	}
	if len(g.DIn) > 2 && g.DOut[0].Present() {
		addBroadcast(g.DIn[2], g.DOut[0], 1)
	}
}

func (o *RMSNormalization) backward(g *Grad) {
	switch g.In[0].DType {
	case Float32:
		layersGrad[float32](g, o.Axis, float64(o.Epsilon), false)
	case Float64:
		layersGrad[float64](g, o.Axis, float64(o.Epsilon), false)
	}
}

// layersGrad takes row by row. With x̂ = (x − mean)·inv and e = scale·d the
// gradient by x is inv·(e − mean(e) − x̂·mean(e·x̂)), without mean(e) where
// nothing was centred, and what the statistics' own gradients add.
func layersGrad[T float32 | float64](g *Grad, axis int, eps float64, centre bool) {
	s := g.In[0].Shape
	a, _ := Axis(axis, s.Rank)
	n := s.span(a, s.Rank)
	x, d, dx, dScale := Data[T](g.In[0]), wanted[T](g.DOut[0]), wanted[T](g.DIn[0]), wanted[T](g.DIn[1])
	scale, st := Data[T](g.In[1]), BroadcastStrides(g.In[1].Shape, s)
	for i := range s.span(0, a) {
		row, mean := x[i*n:][:n], 0.0
		if centre {
			mean = sumRow[T, float64](row) / float64(n)
		}
		inv := 1 / math.Sqrt(squareRow(row, mean)/float64(n)+eps)
		shift, slope := statisticGrad(g, 1, i), -inv*inv*inv*statisticGrad(g, 2, i)
		for j := 0; j < n && d != nil; j++ {
			at := s.offset(i*n+j, &st)
			hat, e := (float64(row[j])-mean)*inv, float64(d[i*n+j])
			if dScale != nil {
				dScale[at] += T(e * hat)
			}
			shift -= e * float64(scale[at]) * inv
			slope -= e * float64(scale[at]) * hat * inv * inv
		}
		if !centre {
			shift = 0
		}
		for j := 0; j < n && dx != nil; j++ {
			v := shift/float64(n) + slope*(float64(row[j])-mean)/float64(n)
			if d != nil {
				v += float64(d[i*n+j]) * float64(scale[s.offset(i*n+j, &st)]) * inv
			}
			dx[i*n+j] += T(v)
		}
	}
}

// statisticGrad is the gradient by element i of a statistic, 0 without one.
func statisticGrad(g *Grad, result, i int) float64 {
	if result >= len(g.DOut) || !g.DOut[result].Present() {
		return 0
	}
	return g.DOut[result].Float(i)
}
