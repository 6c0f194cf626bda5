package models

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// ErrParam says that published weights do not fit a network.
type ErrParam struct {
	Name string
	Why  string
}

func (e *ErrParam) Error() string { return fmt.Sprintf("parameter %q: %s", e.Name, e.Why) }

// TensorFlow gives networks weights that are in TensorFlow's order of
// dimensions: [height, width, in, out] of a convolution, [height, width,
// channels, 1] of a depthwise one.
type TensorFlow struct {
	weights map[string]*nn.Tensor
	used    map[string]bool
}

// FromTensorFlow returns the source of those weights.
func FromTensorFlow(weights map[string]*nn.Tensor) *TensorFlow {
	return &TensorFlow{weights, map[string]bool{}}
}

// Param is a Params. The error is an *ErrParam.
func (f *TensorFlow) Param(name string, dims ...int) (*nn.Tensor, error) {
	t, ok := f.weights[name]
	if !ok {
		return nil, &ErrParam{name, "is not among the weights"}
	}
	f.used[name] = true
	want, err := nn.NewShape(dims...)
	if err != nil {
		return nil, &ErrParam{name, err.Error()}
	}
	s := t.Shape
	switch {
	case t.DType != nn.Float32:
		return nil, &ErrParam{name, fmt.Sprintf("is of %v, not float32", t.DType)}
	case s.Rank == 4 && want == nn.S(s.Dims[3], s.Dims[2], s.Dims[0], s.Dims[1]):
		return permuted(t, [4]int{3, 2, 0, 1}), nil
	case s.Rank == 4 && want == nn.S(s.Dims[2], s.Dims[3], s.Dims[0], s.Dims[1]):
		return permuted(t, [4]int{2, 3, 0, 1}), nil
	case s.Rank < 4 && s.Elems() == want.Elems():
		return t.Reshaped(want), nil
	}
	return nil, &ErrParam{name, fmt.Sprintf("has shape %v in TensorFlow's order, which does not become %v", s, want)}
}

// Unused returns the names of the weights that no network has asked for.
func (f *TensorFlow) Unused() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(f.weights)) {
		if !f.used[name] {
			names = append(names, name)
		}
	}
	return names
}

// permuted returns t with its dimensions in that order.
func permuted(t *nn.Tensor, perm [4]int) *nn.Tensor {
	var dims, step [4]int
	strides := t.Shape.Strides()
	for i, from := range perm {
		dims[i], step[i] = t.Shape.Dims[from], strides[from]
	}
	src, out := t.F32(), make([]float32, 0, t.Elems())
	for a := range dims[0] {
		for b := range dims[1] {
			for c := range dims[2] {
				for d := range dims[3] {
					out = append(out, src[a*step[0]+b*step[1]+c*step[2]+d*step[3]])
				}
			}
		}
	}
	return nn.T(out, dims[:]...)
}
