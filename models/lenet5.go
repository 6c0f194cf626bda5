package models

import "github.com/ocellus-vision/ocellus/nn"

// LeNet5 is the network of LeCun et al., "Gradient-based learning applied to
// document recognition" (1998), in the form that frameworks have it: full
// connections between the convolutions, max pooling, Relu, no radial basis
// functions. 61,706 parameters for 10 classes of pictures [batch 1 28 28],
// which are padded to 32; the output is a logit for each class.
func LeNet5(o Options) (*nn.Graph, error) {
	o = o.or(28, 1, 10)
	if err := o.check("lenet5", 4); err != nil {
		return nil, err
	}
	l := newLayers("lenet5", o)
	first := window{out: 6, kernel: 5}
	if o.Size < 32 {
		first.pad = 2
	}
	x := relu(l, "conv1", l.conv("conv1", l.input(o, unitPower), first, true))
	x = l.maxPool("pool1", x, window{kernel: 2, stride: 2})
	if x.h < 6 {
		return nil, &ErrOption{"lenet5", "a picture of 12 pixels at least is wanted"}
	}
	x = relu(l, "conv2", l.conv("conv2", x, window{out: 16, kernel: 5}, true))
	x = l.flatten("flat", l.maxPool("pool2", x, window{kernel: 2, stride: 2}))
	x = relu(l, "fc1", l.linear("fc1", x, 120))
	x = relu(l, "fc2", l.linear("fc2", x, 84))
	return l.done(l.linear("fc3", x, o.Classes))
}
