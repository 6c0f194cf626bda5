package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// FaceLandmark68Side is the side in pixels of FaceLandmark68's input.
const FaceLandmark68Side = 112

// FaceLandmark68 is the network with which face-api.js finds the 68 points of
// the iBUG 300-W scheme in a face: four blocks of depthwise separable
// convolutions, in each of which every convolution sees the sum of those
// before it. The input [batch 3 112 112] is a face in RGB, (pixel - mean) /
// 255; the output "landmarks" [batch 136] has x and y of each point as shares
// of the input's side. 356,840 parameters.
func FaceLandmark68(p Params) (*nn.Graph, error) {
	n := newNet("face-landmark-68", p)
	x, side, in := n.picture(FaceLandmark68Side), FaceLandmark68Side, 3
	for i, out := range []int{32, 64, 128, 256} {
		x = n.denseBlock(fmt.Sprintf("dense%d", i), x, in, out, side)
		side, in = (side+1)/2, out
	}
	x = n.Node("mean", &nn.AveragePool{KernelShape: []int{side, side}, Strides: []int{2, 2}}, x)
	x = n.Node("flat", &nn.Flatten{Axis: 1}, x)
	return n.build(n.Node("landmarks", &nn.Gemm{Alpha: 1, Beta: 1}, x, n.param("fc/weights", 256, 136), n.param("fc/bias", 136)))
}

// denseBlock halves the side by its first convolution and adds to that the
// results of three more. The first block's first is a plain convolution.
func (n *net) denseBlock(name string, x nn.ValueID, in, out, side int) nn.ValueID {
	down, conv := same(side, 3, 2), name+"/conv0"
	if in == 3 {
		x = n.conv(conv, x, conv+"/filters", conv+"/bias", in, out, 3, 2, down...)
	} else {
		x = n.separable(conv, x, in, out, 2, down)
	}
	x = n.relu(conv+"/relu", x)
	sum := x
	for i := 1; i <= 3; i++ {
		conv = fmt.Sprintf("%s/conv%d", name, i)
		y := n.separable(conv, x, out, out, 1, []int{1, 1, 1, 1})
		sum = n.Node(conv+"/sum", &nn.Add{}, y, sum)
		x = n.relu(conv+"/relu", sum)
	}
	return x
}

// separable is a depthwise convolution of 3×3 windows and a pointwise one,
// with nothing in between.
func (n *net) separable(name string, x nn.ValueID, in, out, stride int, pads []int) nn.ValueID {
	x = n.depthwise(name+"/depthwise", x, name+"/depthwise_filter", in, stride, pads...)
	return n.conv(name, x, name+"/pointwise_filter", name+"/bias", in, out, 1, 1)
}
