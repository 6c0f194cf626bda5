// Package models defines networks, one a file, each a function from the
// values of its parameters to an *nn.Graph. Parameters have the names of the
// weights that were published for the network.
package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// Params gives a network the value of the parameter of that name, of those
// dimensions in ONNX's order.
type Params func(name string, dims ...int) (*nn.Tensor, error)

// net is a graph in the making: a Builder, layers on top of it, and the first
// parameter that could not be had.
type net struct {
	*nn.Builder
	params Params
	err    error
}

func newNet(name string, p Params) *net { return &net{Builder: nn.NewBuilder(name), params: p} }

// picture is the input: one RGB picture in NCHW.
func (n *net) picture(side int) nn.ValueID {
	return n.Input("input", nn.Float32, nn.Sym("batch"), nn.D(3), nn.D(side), nn.D(side))
}

// param adds a parameter. After a failure its value is zero, so that a
// network's definition needs no error handling.
func (n *net) param(name string, dims ...int) nn.ValueID {
	t, err := n.params(name, dims...)
	if err != nil {
		if n.err == nil {
			n.err = err
		}
		s, err := nn.NewShape(dims...)
		if err != nil {
			panic(fmt.Sprintf("models: %s has dimensions %v: %v", name, dims, err)) // a mistake in a network
		}
		t = nn.NewTensor(nn.Float32, s)
	}
	return n.Param(name, t)
}

func (n *net) ints(name string, v ...int64) nn.ValueID { return n.Const(name, nn.T(v, len(v))) }

// conv is a convolution of square windows with weights and bias of those
// names. pads are those of ONNX; none is no padding.
func (n *net) conv(name string, x nn.ValueID, weights, bias string, in, out, kernel, stride int, pads ...int) nn.ValueID {
	w, b := n.param(weights, out, in, kernel, kernel), n.param(bias, out)
	return n.Node(name, &nn.Conv{Group: 1, Strides: []int{stride, stride}, Pads: pads}, x, w, b)
}

// depthwise is a convolution of 3×3 windows of each channel by itself, without
// bias.
func (n *net) depthwise(name string, x nn.ValueID, weights string, channels, stride int, pads ...int) nn.ValueID {
	w := n.param(weights, channels, 1, 3, 3)
	return n.Node(name, &nn.Conv{Group: channels, Strides: []int{stride, stride}, Pads: pads}, x, w)
}

func (n *net) relu(name string, x nn.ValueID) nn.ValueID { return n.Node(name, &nn.Relu{}, x) }

// build returns the graph with those outputs.
func (n *net) build(outputs ...nn.ValueID) (*nn.Graph, error) {
	if n.err != nil {
		return nil, n.err
	}
	n.Output(outputs...)
	return n.Build()
}

// same returns the pads of TensorFlow's "same" for square windows over that
// many pixels: the odd one goes after.
func same(size, kernel, stride int) []int {
	over := max(0, ((size+stride-1)/stride-1)*stride+kernel-size)
	before := over / 2
	return []int{before, before, over - before, over - before}
}
