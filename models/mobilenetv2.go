package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// MobileNetV2 is the network of width 1 of Sandler et al., "MobileNetV2:
// inverted residuals and linear bottlenecks" (2018), with torchvision's
// parameter names. 3,504,872 parameters for 1000 classes and 301 million
// multiply-accumulates for pictures [batch 3 224 224]; the output is a logit
// for each class.
func MobileNetV2(o Options) (*nn.Graph, error) {
	o = o.or(224, 3, 1000)
	if err := o.check("mobilenetv2", 32); err != nil {
		return nil, err
	}
	l := newLayers("mobilenetv2", o)
	first := window{out: 32, kernel: 3, stride: 2, pad: 1}
	if o.small() {
		first.stride = 1
	}
	x := l.block("features.0.0", "features.0.1", l.input(o, normalisedPower), first, relu6)
	at := 1
	for _, s := range []struct{ expand, out, repeat, stride int }{
		{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
	} {
		for range s.repeat {
			x = l.bottleneckV2(fmt.Sprintf("features.%d", at), x, s.expand, s.out, s.stride)
			s.stride = 1
			at++
		}
	}
	x = l.block("features.18.0", "features.18.1", x, window{out: 1280, kernel: 1}, relu6)
	return l.done(l.linear("classifier.1", l.pooled("pool", x), o.Classes))
}

// bottleneckV2 widens, convolves each channel and narrows again; its input is
// added where it fits.
func (l *layers) bottleneckV2(name string, x features, expand, out, stride int) features {
	y, at := x, 0
	layer := func(w window, a activation) {
		conv, norm := fmt.Sprintf("%s.conv.%d.0", name, at), fmt.Sprintf("%s.conv.%d.1", name, at)
		if a == nil {
			conv, norm = fmt.Sprintf("%s.conv.%d", name, at), fmt.Sprintf("%s.conv.%d", name, at+1)
		}
		y = l.block(conv, norm, y, w, a)
		at++
	}
	if expand > 1 {
		layer(window{out: expand * x.c, kernel: 1}, relu6)
	}
	layer(window{kernel: 3, stride: stride, pad: 1, groups: depthwise}, relu6)
	layer(window{out: out, kernel: 1}, nil)
	if stride == 1 && x.c == out {
		return l.add(name+".add", x, y)
	}
	return y
}
