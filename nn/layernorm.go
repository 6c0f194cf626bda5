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
