package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// ResNet18 is the network of 18 layers of He et al., "Deep residual learning
// for image recognition" (2016), with torchvision's parameter names.
// 11,689,512 parameters for 1000 classes and 1.81 billion
// multiply-accumulates for pictures [batch 3 224 224]; the output is a logit
// for each class.
func ResNet18(o Options) (*nn.Graph, error) {
	return resNet("resnet18", o, residual{depth: [4]int{2, 2, 2, 2}, expand: 1, block: (*layers).basicBlock})
}

// Plain18 is the plain network of 18 layers that the same paper holds ResNet18
// against: the same without shortcuts. 11,515,688 parameters.
func Plain18(o Options) (*nn.Graph, error) {
	return resNet("plain18", o, residual{depth: [4]int{2, 2, 2, 2}, expand: 1, block: (*layers).basicBlock, plain: true})
}

// ResNet50 is the network of 50 layers of the same paper, with the stride in
// the convolution of 3 pixels, as torchvision has it. 25,557,032 parameters
// for 1000 classes and 4.09 billion multiply-accumulates for pictures
// [batch 3 224 224]; the output is a logit for each class.
func ResNet50(o Options) (*nn.Graph, error) {
	return resNet("resnet50", o, residual{depth: [4]int{3, 4, 6, 3}, expand: 4, block: (*layers).bottleneckBlock})
}

// residual is what ResNets of four stages differ in.
type residual struct {
	depth  [4]int // blocks of the stages
	expand int    // channels that a block makes, as multiples of those that its stage is named by
	block  func(l *layers, name string, x features, channels, stride int) features
	plain  bool // no shortcuts
}

func resNet(name string, o Options, r residual) (*nn.Graph, error) {
	o = o.or(224, 3, 1000)
	if err := o.check(name, 8); err != nil {
		return nil, err
	}
	l := newLayers(name, o)
	x := l.input(o, normalisedPower)
	if o.small() {
		x = l.block("conv1", "bn1", x, window{out: 64, kernel: 3, pad: 1}, relu)
	} else {
		x = l.block("conv1", "bn1", x, window{out: 64, kernel: 7, stride: 2, pad: 3}, relu)
		x = l.maxPool("maxpool", x, window{kernel: 3, stride: 2, pad: 1})
	}
	for s, n := range r.depth {
		channels := 64 << s
		for i := range n {
			name, stride := fmt.Sprintf("layer%d.%d", s+1, i), 1
			if i == 0 && s > 0 {
				stride = 2
			}
			y := r.block(l, name, x, channels, stride)
			if !r.plain {
				if i == 0 && (stride > 1 || x.c != channels*r.expand) {
					x = l.block(name+".downsample.0", name+".downsample.1", x, window{out: channels * r.expand, kernel: 1, stride: stride}, nil)
				}
				y = l.add(name+".add", y, x)
			}
			x = relu(l, name, y)
		}
	}
	return l.done(l.linear("fc", l.pooled("avgpool", x), o.Classes))
}

func (l *layers) basicBlock(name string, x features, channels, stride int) features {
	x = l.block(name+".conv1", name+".bn1", x, window{out: channels, kernel: 3, stride: stride, pad: 1}, relu)
	return l.block(name+".conv2", name+".bn2", x, window{out: channels, kernel: 3, pad: 1}, nil)
}

func (l *layers) bottleneckBlock(name string, x features, channels, stride int) features {
	x = l.block(name+".conv1", name+".bn1", x, window{out: channels, kernel: 1}, relu)
	x = l.block(name+".conv2", name+".bn2", x, window{out: channels, kernel: 3, stride: stride, pad: 1}, relu)
	return l.block(name+".conv3", name+".bn3", x, window{out: 4 * channels, kernel: 1}, nil)
}
