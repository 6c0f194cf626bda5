package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// SSDMobileNetV1Side is the side in pixels of SSDMobileNetV1's input.
const SSDMobileNetV1Side = 512

// SSDMobileNetV1Priors is the number of boxes that SSDMobileNetV1 judges.
const SSDMobileNetV1Priors = 5118

// ssdMaps are the channels of the six maps that boxes are read from, and the
// boxes of each cell.
var ssdMaps = [...]struct{ channels, boxes int }{{512, 3}, {1024, 6}, {512, 6}, {256, 6}, {256, 6}, {128, 6}}

// SSDMobileNetV1 is face-api.js's detector of faces: Liu et al., "SSD: Single
// Shot MultiBox Detector" (2016), on Howard et al., "MobileNets" (2017). The
// input [batch 3 512 512] is a picture in RGB, -1..1. The output "boxes"
// [batch 5118 4] has the offsets of x, y, width and height from each prior
// box, "scores" [batch 5118 2] the logits of the background and of a face.
// 5,535,047 parameters. The published weights hold a third class, which was
// never trained and is left out of the output, and the prior boxes, which
// follow from the layers.
func SSDMobileNetV1(p Params) (*nn.Graph, error) {
	n := newNet("ssd-mobilenetv1", p)
	x, side := n.picture(SSDMobileNetV1Side), SSDMobileNetV1Side
	x, side = n.capped("MobilenetV1/Conv2d_0_pointwise", x, 3, 32, 3, 2, side)
	in := 32
	var maps [len(ssdMaps)]nn.ValueID
	for i, out := range []int{64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024} {
		stride := 1
		if layer := i + 1; layer == 2 || layer == 4 || layer == 6 || layer == 12 {
			stride = 2
		}
		x, side = n.mobileBlock(fmt.Sprintf("MobilenetV1/Conv2d_%d", i+1), x, in, out, stride, side)
		if in = out; i+1 == 11 {
			maps[0] = x
		}
	}
	maps[1] = x
	for i, out := range []int{512, 256, 256, 128} {
		// A narrow pointwise convolution, and one that halves the side.
		name := func(j int) string { return fmt.Sprintf("Prediction/Conv2d_%d_pointwise", 2*i+j) }
		narrow := out / 2
		x, side = n.capped(name(0), x, in, narrow, 1, 1, side)
		x, side = n.capped(name(1), x, narrow, out, 3, 2, side)
		maps[2+i], in = x, out
	}
	var boxes, scores []nn.ValueID
	for i, m := range ssdMaps {
		name := fmt.Sprintf("Prediction/BoxPredictor_%d", i)
		boxes = append(boxes, n.rows(name+"/BoxEncodingPredictor", maps[i], m.channels, m.boxes, 4))
		scores = append(scores, n.rows(name+"/ClassPredictor", maps[i], m.channels, m.boxes, 3))
	}
	// TensorFlow has y before x.
	all := n.Node("encodings", &nn.Concat{Axis: 1}, boxes...)
	all = n.Node("boxes", &nn.Gather{Axis: 2}, all, n.ints("x_before_y", 1, 0, 3, 2))
	logits := n.Node("logits", &nn.Concat{Axis: 1}, scores...)
	logits = n.Node("scores", &nn.Slice{}, logits, n.ints("first", 0), n.ints("last", 2), n.ints("classes", 2))
	return n.build(all, logits)
}

// capped is a convolution with bias, its results limited to 0..6.
func (n *net) capped(name string, x nn.ValueID, in, out, kernel, stride, side int) (nn.ValueID, int) {
	x = n.conv(name, x, name+"/weights", name+"/convolution_bn_offset", in, out, kernel, stride, same(side, kernel, stride)...)
	return n.relu6(name+"/relu6", x), (side + stride - 1) / stride
}

func (n *net) relu6(name string, x nn.ValueID) nn.ValueID {
	low, ok := n.Find("zero")
	high, _ := n.Find("six")
	if !ok {
		low, high = n.Const("zero", nn.Scalar(float32(0))), n.Const("six", nn.Scalar(float32(6)))
	}
	return n.Node(name, &nn.Clip{}, x, low, high)
}

// mobileBlock is a depthwise convolution, normalised, and a pointwise one.
func (n *net) mobileBlock(name string, x nn.ValueID, in, out, stride, side int) (nn.ValueID, int) {
	d := name + "_depthwise"
	x = n.depthwise(d, x, d+"/depthwise_weights", in, stride, same(side, 3, stride)...)
	norm := d + "/BatchNorm"
	x = n.Node(norm, &nn.BatchNormalization{Epsilon: 0.001, Momentum: 0.9}, x, n.param(norm+"/gamma", in), n.param(norm+"/beta", in),
		n.param(norm+"/moving_mean", in), n.param(norm+"/moving_variance", in))
	x = n.relu6(d+"/relu6", x)
	return n.capped(name+"_pointwise", x, in, out, 1, 1, (side+stride-1)/stride)
}

// rows is a pointwise convolution whose results become rows of width numbers,
// cell by cell and box by box.
func (n *net) rows(name string, x nn.ValueID, channels, boxes, width int) nn.ValueID {
	x = n.conv(name, x, name+"/weights", name+"/biases", channels, boxes*width, 1, 1)
	x = n.Node(name+"/nhwc", &nn.Transpose{Perm: []int{0, 2, 3, 1}}, x)
	return n.Node(name+"/rows", &nn.Reshape{}, x, n.ints(name+"/shape", 0, -1, int64(width)))
}
