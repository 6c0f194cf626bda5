package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// MobileNetV1 is the network of width 1 of Howard et al., "MobileNets:
// efficient convolutional neural networks for mobile vision applications"
// (2017). 4,231,976 parameters for 1000 classes and 569 million
// multiply-accumulates for pictures [batch 3 224 224]; the output is a logit
// for each class.
func MobileNetV1(o Options) (*nn.Graph, error) {
	o = o.or(224, 3, 1000)
	if err := o.check("mobilenetv1", 32); err != nil {
		return nil, err
	}
	l := newLayers("mobilenetv1", o)
	first := window{out: 32, kernel: 3, stride: 2, pad: 1}
	if o.small() {
		first.stride = 1
	}
	x := l.block("conv1", "bn1", l.input(o, normalisedPower), first, relu6)
	for i, b := range []struct{ out, stride int }{
		{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1},
		{512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1},
	} {
		name := fmt.Sprintf("block%d", i+1)
		if o.small() && i == 1 {
			b.stride = 1
		}
		x = l.block(name+".dw", name+".bn1", x, window{kernel: 3, stride: b.stride, pad: 1, groups: depthwise}, relu6)
		x = l.block(name+".pw", name+".bn2", x, window{out: b.out, kernel: 1}, relu6)
	}
	return l.done(l.linear("fc", l.pooled("pool", x), o.Classes))
}
