package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// TinyFaceStride is the side in pixels of a cell of TinyFace's output.
const TinyFaceStride = 32

// TinyFaceAnchors is the number of boxes that each cell of TinyFace holds.
const TinyFaceAnchors = 5

// TinyFace is face-api.js's tiny face detector: the tiny network of Redmon and
// Farhadi, "YOLO9000" (2017), with depthwise separable convolutions and fewer
// filters, for faces alone. The input [batch 3 side side] is a picture in RGB,
// (pixel - mean) / 255, whose side is a multiple of 32; the output "cells"
// [batch 25 side/32 side/32] has for each of five anchors tx, ty, tw, th and
// the logit of a face. 193,321 parameters.
func TinyFace(p Params, side int) (*nn.Graph, error) {
	n := newNet("tiny-face", p)
	// The first convolution alone has no padding.
	x := n.conv("conv0", n.picture(side), "conv0/filters", "conv0/bias", 3, 16, 3, 1)
	x, side = n.halve("pool0", n.leaky("conv0/leaky", x), side-2)
	in := 16
	for i, out := range []int{32, 64, 128, 256, 512} {
		name := fmt.Sprintf("conv%d", i+1)
		x = n.leaky(name+"/leaky", n.separable(name, x, in, out, 1, []int{1, 1, 1, 1}))
		if in = out; out < 512 {
			x, side = n.halve(fmt.Sprintf("pool%d", i+1), x, side)
		}
	}
	// The last maximum is over each pixel and those right of and below it.
	x = n.Node("pool5", &nn.MaxPool{KernelShape: []int{2, 2}, Strides: []int{1, 1}, Pads: []int{0, 0, 1, 1}}, x)
	return n.build(n.conv("cells", x, "conv8/filters", "conv8/bias", in, TinyFaceAnchors*5, 1, 1))
}

func (n *net) leaky(name string, x nn.ValueID) nn.ValueID {
	return n.Node(name, &nn.LeakyRelu{Alpha: 0.1}, x)
}

// halve takes the maximum of each two by two pixels, and returns half the side.
func (n *net) halve(name string, x nn.ValueID, side int) (nn.ValueID, int) {
	pool := &nn.MaxPool{KernelShape: []int{2, 2}, Strides: []int{2, 2}, Pads: same(side, 2, 2)}
	return n.Node(name, pool, x), (side + 1) / 2
}
