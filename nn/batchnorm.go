package nn

import (
	"math"
	"unsafe"
)

// BatchNormalization is scale·(x − mean)∕√(var + Epsilon) + B a channel, of
// x, scale, B, mean and var. Channels are dimension 1 of x; a vector has one
// channel. In training mode mean and var are those of the batch, and results
// 1 and 2 are the operands mean and var moved towards them by 1 − Momentum.
type BatchNormalization struct {
	Epsilon      float32 `onnx:"epsilon,1e-5"`
	Momentum     float32 `onnx:"momentum,0.9"`
	TrainingMode bool    `onnx:"training_mode"`
	perm         layout
}

// Infer returns the type of x.
func (o *BatchNormalization) Infer(in []Arg, outs int) ([]Type, error) {
	if outs > 1 && !o.TrainingMode {
		return nil, Invalidf("training_mode", "%d results, of which all but the first exist in training only", outs)
	}
	channels, err := channelCount(in[0].Shape, o.perm)
	if err != nil {
		return nil, err
	}
	for i, name := range [...]string{1: "scale", 2: "B", 3: "mean", 4: "var"} {
		if i == 0 {
			continue
		}
		if err := channelVector(in[i], name, channels); err != nil {
			return nil, err
		}
	}
	ts := []Type{{DType: in[0].DType, Shape: in[0].Shape}, {DType: in[3].DType, Shape: in[3].Shape}, {DType: in[4].DType, Shape: in[4].Shape}}
	return ts[:max(outs, 1)], nil
}

// channelCount returns the extent of logical dimension 1.
func channelCount(s Shape, perm layout) (int, error) {
	switch s.Rank {
	case 0:
		return 0, Invalidf("", "the operand is a scalar")
	case 1:
		return 1, nil
	}
	return s.Dims[perm.stored(1)], nil
}

// channelVector checks an operand with one float a channel.
func channelVector(a Arg, name string, channels int) error {
	if !a.DType.IsFloat() {
		return Invalidf(name, "is %v, want a float", a.DType)
	}
	if a.Shape.Rank != 1 || a.Shape.Dims[0] != channels {
		return Invalidf(name, "has shape %v, want [%d]", a.Shape, channels)
	}
	return nil
}

// Scratch has a factor and a term for each channel.
func (o *BatchNormalization) Scratch(in []Arg, _ []Type) int { return 16 * in[1].Elems() }

// Forward normalises.
func (o *BatchNormalization) Forward(r *Run) error {
	factor, term := twoVectors(r.Scratch, r.In[1].Elems())
	s := r.In[0].Shape
	l := lines{1, 1, s.Elems()}
	if s.Rank > 1 {
		l = linesOf(s, o.perm.stored(1))
	}
	for c := range factor {
		mean, variance := r.In[3].Float(c), r.In[4].Float(c)
		if o.TrainingMode {
			mean, variance = channelMoments(r.In[0], l, c)
			o.track(r, 1, c, mean)
			o.track(r, 2, c, variance)
		}
		factor[c] = r.In[1].Float(c) / math.Sqrt(variance+float64(o.Epsilon))
		term[c] = r.In[2].Float(c) - mean*factor[c]
	}
	affineChannels(r.Out[0], r.In[0], l, factor, term)
	return nil
}

// track moves a running statistic, operand and result of which stand two
// apart, towards that of the batch.
func (o *BatchNormalization) track(r *Run, result, c int, batch float64) {
	if result >= len(r.Out) || !r.Out[result].Present() {
		return
	}
	m := float64(o.Momentum)
	v := r.In[result+2].Float(c)*m + batch*(1-m)
	switch out := r.Out[result]; out.DType {
	case Float32:
		out.F32()[c] = float32(v)
	case Float64:
		out.F64()[c] = v
	}
}

// channelMoments returns mean and variance (of the population) of channel c.
func channelMoments(x *Tensor, l lines, c int) (mean, variance float64) {
	switch x.DType {
	case Float32:
		return momentsOf(x.F32(), l, c)
	case Float64:
		return momentsOf(x.F64(), l, c)
	}
	return 0, 0
}

func momentsOf[T Float](x []T, l lines, c int) (mean, variance float64) {
	n := float64(l.outer * l.inner)
	for i := range l.outer {
		for _, v := range x[(i*l.n+c)*l.inner:][:l.inner] {
			mean += float64(v)
		}
	}
	mean /= n
	for i := range l.outer {
		for _, v := range x[(i*l.n+c)*l.inner:][:l.inner] {
			variance += (float64(v) - mean) * (float64(v) - mean)
		}
	}
	return mean, variance / n
}

// Permute finds the channels where they are stored. The statistics of
// training are results of rank 1, which cannot be permuted.
func (o *BatchNormalization) Permute(perm []int, in []Arg) (Op, bool) {
	c := *o
	c.perm = o.perm.then(perm)
	return &c, in[0].Shape.Rank == len(perm) && len(perm) > 1 && !o.TrainingMode
}

// twoVectors splits scratch into two vectors of n.
func twoVectors(scratch []byte, n int) (a, b []float64) {
	v := unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(scratch))), 2*n)
	return v[:n], v[n:]
}

// affineChannels computes x·factor + term, which each channel has its own of.
func affineChannels(out, x *Tensor, l lines, factor, term []float64) {
	switch x.DType {
	case Float32:
		affineLines(out.F32(), x.F32(), l, factor, term)
	case Float64:
		affineLines(out.F64(), x.F64(), l, factor, term)
	}
}

func affineLines[T Float](out, x []T, l lines, factor, term []float64) {
	if l.inner == 1 {
		for i := 0; i < len(x); i += l.n {
			y := out[i:][:l.n]
			for c, v := range x[i:][:l.n] {
				y[c] = T(float64(v)*factor[c] + term[c])
			}
		}
		return
	}
	for i := range l.outer * l.n {
		f, t := factor[i%l.n], term[i%l.n]
		y := out[i*l.inner:][:l.inner]
		for j, v := range x[i*l.inner:][:l.inner] {
			y[j] = T(float64(v)*f + t)
		}
	}
}
