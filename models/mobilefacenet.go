package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// MobileFaceNet is the network of Chen et al., "MobileFaceNets: efficient
// CNNs for accurate real-time face verification on mobile devices" (2018).
// Pictures [batch 3 112 112] of aligned faces become vectors of 128 numbers
// (Options.Classes of them), which are not normalised in the graph.
func MobileFaceNet(o Options) (*nn.Graph, error) {
	o = o.or(112, 3, 128)
	if err := o.check("mobilefacenet", 16); err != nil {
		return nil, err
	}
	l := newLayers("mobilefacenet", o)
	x := l.block("conv1", "bn1", l.input(o, normalisedPower), window{out: 64, kernel: 3, stride: 2, pad: 1}, prelu)
	x = l.block("dw1", "dw1.bn", x, window{kernel: 3, pad: 1, groups: depthwise}, prelu)
	for i, s := range []struct{ expand, out, repeat, stride int }{
		{2, 64, 5, 2}, {4, 128, 1, 2}, {2, 128, 6, 1}, {4, 128, 1, 2}, {2, 128, 2, 1},
	} {
		for j := range s.repeat {
			x = l.faceBottleneck(fmt.Sprintf("stage%d.%d", i+1, j), x, s.expand, s.out, s.stride)
			s.stride = 1
		}
	}
	x = l.block("conv2", "bn2", x, window{out: 512, kernel: 1}, prelu)
	x = l.block("gdconv", "gdconv.bn", x, window{kernel: x.h, groups: depthwise}, nil)
	x = l.block("linear", "linear.bn", x, window{out: o.Classes, kernel: 1}, nil)
	return l.done(l.flatten("embedding", x))
}

// faceBottleneck is that of MobileNetV2 with PRelu.
func (l *layers) faceBottleneck(name string, x features, expand, out, stride int) features {
	y := l.block(name+".expand", name+".bn1", x, window{out: expand * x.c, kernel: 1}, prelu)
	y = l.block(name+".dw", name+".bn2", y, window{kernel: 3, stride: stride, pad: 1, groups: depthwise}, prelu)
	y = l.block(name+".project", name+".bn3", y, window{out: out, kernel: 1}, nil)
	if stride == 1 && x.c == out {
		return l.add(name+".add", x, y)
	}
	return y
}
