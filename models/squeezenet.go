package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// SqueezeNet11 is version 1.1 of the network of Iandola et al., "SqueezeNet:
// AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size"
// (2016), with torchvision's parameter names. 1,235,496 parameters for 1000
// classes of pictures [batch 3 227 227]; the output is a logit for each class.
func SqueezeNet11(o Options) (*nn.Graph, error) {
	o = o.or(227, 3, 1000)
	if err := o.check("squeezenet1.1", 1); err != nil {
		return nil, err
	}
	if o.Size < 31 {
		return nil, tooSmall("squeezenet1.1", o.Size, 31)
	}
	l := newLayers("squeezenet1.1", o)
	first := window{out: 64, kernel: 3, stride: 2}
	if o.small() {
		first.stride = 1
	}
	x := relu(l, "features.0", l.conv("features.0", l.input(o, normalisedPower), first, true))
	at := 2
	for _, stage := range [][]int{{16, 16}, {32, 32}, {48, 48, 64, 64}} {
		x = l.maxPool(fmt.Sprintf("features.%d", at), x, window{kernel: 3, stride: 2, ceil: true})
		at++
		for _, squeeze := range stage {
			x = l.fire(fmt.Sprintf("features.%d", at), x, squeeze)
			at++
		}
	}
	x = relu(l, "classifier.1", l.conv("classifier.1", x, window{out: o.Classes, kernel: 1}, true))
	return l.done(l.pooled("pool", x))
}

// fire squeezes to few channels and expands them to four times as many, twice:
// by kernels of 1 and of 3 pixels.
func (l *layers) fire(name string, x features, squeeze int) features {
	layer := func(part string, x features, w window) features {
		return relu(l, name+"."+part, l.conv(name+"."+part, x, w, true))
	}
	x = layer("squeeze", x, window{out: squeeze, kernel: 1})
	return l.concat(name+".concat",
		layer("expand1x1", x, window{out: 4 * squeeze, kernel: 1}),
		layer("expand3x3", x, window{out: 4 * squeeze, kernel: 3, pad: 1}))
}
