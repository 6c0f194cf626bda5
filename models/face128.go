package models

import "github.com/ocellus-vision/ocellus/nn"

// Face128Side is the side in pixels of Face128's input.
const Face128Side = 150

// Face128 is the network with which dlib tells faces apart (King, "High
// Quality Face Recognition with Deep Metric Learning", 2017): a residual
// network of 29 convolutions after He et al., "Deep Residual Learning for
// Image Recognition" (2016), with half the filters. The input [batch 3 150
// 150] is an aligned face in RGB, (pixel - mean) / 256; the output "embedding"
// [batch 128] has the property that two pictures of one person lie less than
// 0.6 apart. 5,614,592 parameters.
//
// dlib pads what a block adds to its shortcut, and the shortcut, with zeros to
// the larger of their sizes; a block of stride 2 has no padding of its own.
func Face128(p Params) (*nn.Graph, error) {
	n := newNet("face-128", p)
	x := n.scaled("conv32_down", n.picture(Face128Side), 3, 32, 7, 2)
	x = n.relu("conv32_down/relu", x)
	x = n.Node("pool", &nn.MaxPool{KernelShape: []int{3, 3}, Strides: []int{2, 2}}, x)
	side := ((Face128Side-7)/2+1-3)/2 + 1 // 35
	x = n.residual("conv32_1", x, 32)
	x = n.residual("conv32_2", x, 32)
	x = n.residual("conv32_3", x, 32)
	x, side = n.residualDown("conv64_down", x, 32, 64, side)
	x = n.residual("conv64_1", x, 64)
	x = n.residual("conv64_2", x, 64)
	x = n.residual("conv64_3", x, 64)
	x, side = n.residualDown("conv128_down", x, 64, 128, side)
	x = n.residual("conv128_1", x, 128)
	x = n.residual("conv128_2", x, 128)
	x, side = n.residualDown("conv256_down", x, 128, 256, side)
	x = n.residual("conv256_1", x, 256)
	x = n.residual("conv256_2", x, 256)
	x, _ = n.residualDown("conv256_down_out", x, 256, 256, side)
	x = n.Node("mean", &nn.GlobalAveragePool{}, x)
	x = n.Node("flat", &nn.Flatten{Axis: 1}, x)
	return n.build(n.Node("embedding", &nn.MatMul{}, x, n.param("fc", 256, 128)))
}

// scaled is a convolution, and a factor and an offset for each channel.
func (n *net) scaled(name string, x nn.ValueID, in, out, kernel, stride int) nn.ValueID {
	var pads []int
	if stride == 1 {
		pads = same(Face128Side, kernel, stride)
	}
	x = n.conv(name+"/conv", x, name+"/conv/filters", name+"/conv/bias", in, out, kernel, stride, pads...)
	x = n.Node(name+"/scaled", &nn.Mul{}, x, n.param(name+"/scale/weights", out, 1, 1))
	return n.Node(name+"/shifted", &nn.Add{}, x, n.param(name+"/scale/biases", out, 1, 1))
}

func (n *net) residual(name string, x nn.ValueID, channels int) nn.ValueID {
	y := n.relu(name+"/relu1", n.scaled(name+"/conv1", x, channels, channels, 3, 1))
	y = n.scaled(name+"/conv2", y, channels, channels, 3, 1)
	return n.relu(name+"/relu2", n.Node(name+"/sum", &nn.Add{}, y, x))
}

// residualDown halves the side, which it returns.
func (n *net) residualDown(name string, x nn.ValueID, in, out, side int) (nn.ValueID, int) {
	y := n.relu(name+"/relu1", n.scaled(name+"/conv1", x, in, out, 3, 2))
	y = n.scaled(name+"/conv2", y, out, out, 3, 1)
	short := n.Node(name+"/pool", &nn.AveragePool{KernelShape: []int{2, 2}, Strides: []int{2, 2}}, x)
	half := side / 2
	if lack := int64(half - ((side-3)/2 + 1)); lack > 0 {
		y = n.pad(name+"/larger", y, 0, lack)
	}
	if out > in {
		short = n.pad(name+"/wider", short, int64(out-in), 0)
	}
	return n.relu(name+"/relu2", n.Node(name+"/sum", &nn.Add{}, y, short)), half
}

// pad adds channels, rows and columns of zeros after those of x.
func (n *net) pad(name string, x nn.ValueID, channels, pixels int64) nn.ValueID {
	return n.Node(name, &nn.Pad{Mode: "constant"}, x, n.ints(name+"/pads", 0, 0, 0, 0, 0, channels, pixels, pixels))
}
