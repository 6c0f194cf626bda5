package nn

import (
	"math"
	"unsafe"
)

// BatchNormalization is scale·(x − mean)∕√(var + Epsilon) + B a channel, of
// x, scale, B, mean and var, as it is outside training. Channels are
// dimension 1 of x; a vector has one channel.
type BatchNormalization struct {
	Epsilon      float32 `onnx:"epsilon,1e-5"`
	Momentum     float32 `onnx:"momentum,0.9"`
	TrainingMode bool    `onnx:"training_mode"`
	perm         layout
}

// Infer returns the type of x.
func (o *BatchNormalization) Infer(in []Arg, outs int) ([]Type, error) {
	if o.TrainingMode {
		return nil, Unsupportedf("training_mode", "statistics of the batch are not computed by a compiled plan")
	}
	if outs > 1 {
		return nil, Unsupportedf("", "%d results, of which all but the first exist in training only", outs)
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
	return sameType(in)
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
	for c := range factor {
		factor[c] = r.In[1].Float(c) / math.Sqrt(r.In[4].Float(c)+float64(o.Epsilon))
		term[c] = r.In[2].Float(c) - r.In[3].Float(c)*factor[c]
	}
	s := r.In[0].Shape
	l := lines{1, 1, s.Elems()}
	if s.Rank > 1 {
		l = linesOf(s, o.perm.stored(1))
	}
	affineChannels(r.Out[0], r.In[0], l, factor, term)
	return nil
}

// Permute finds the channels where they are stored.
func (o *BatchNormalization) Permute(perm []int, in []Arg) (Op, bool) {
	c := *o
	c.perm = o.perm.then(perm)
	return &c, in[0].Shape.Rank == len(perm) && len(perm) > 1
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
