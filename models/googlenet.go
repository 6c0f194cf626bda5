package models

import "github.com/ocellus-vision/ocellus/nn"

// GoogLeNet is the network of Szegedy et al., "Going deeper with
// convolutions" (2015), as the paper has it: kernels of 5 pixels, local
// response normalisation, no batch normalisation, no auxiliary classifiers.
// 6,998,552 parameters for 1000 classes and 1.58 billion multiply-accumulates
// for pictures [batch 3 224 224]; the output is a logit for each class.
// (torchvision's 6,624,904 are those of a form with batch normalisation and
// kernels of 3 pixels in place of 5.) Pictures of up to 64 pixels keep their
// resolution at the beginning, and batch normalisation takes the place of the
// other, as Ioffe and Szegedy have it in "Batch normalization" (2015).
func GoogLeNet(o Options) (*nn.Graph, error) {
	o = o.or(224, 3, 1000)
	if err := o.checkForm("googlenet", 32); err != nil {
		return nil, err
	}
	l := newLayers("googlenet", o)
	x := l.input(o, normalisedPower)
	pool := window{kernel: 3, stride: 2, ceil: true}
	if l.normalised = o.small(); l.normalised {
		x = l.rectified("conv1", x, window{out: l.wide(64), kernel: 7, pad: 3})
	} else {
		x = l.rectified("conv1", x, window{out: l.wide(64), kernel: 7, stride: 2, pad: 3})
		x = l.maxPool("pool1", x, pool)
	}
	x = l.responseNorm("norm1", x)
	x = l.rectified("conv2.reduce", x, window{out: l.wide(64), kernel: 1})
	x = l.rectified("conv2", x, window{out: l.wide(192), kernel: 3, pad: 1})
	x = l.maxPool("pool2", l.responseNorm("norm2", x), pool)
	x = l.inception("3a", x, 64, 96, 128, 16, 32, 32)
	x = l.inception("3b", x, 128, 128, 192, 32, 96, 64)
	x = l.maxPool("pool3", x, pool)
	x = l.inception("4a", x, 192, 96, 208, 16, 48, 64)
	x = l.inception("4b", x, 160, 112, 224, 24, 64, 64)
	x = l.inception("4c", x, 128, 128, 256, 24, 64, 64)
	x = l.inception("4d", x, 112, 144, 288, 32, 64, 64)
	x = l.inception("4e", x, 256, 160, 320, 32, 128, 128)
	x = l.maxPool("pool4", x, pool)
	x = l.inception("5a", x, 256, 160, 320, 32, 128, 128)
	x = l.inception("5b", x, 384, 192, 384, 48, 128, 128)
	return l.done(l.linear("fc", l.pooled("pool5", x), o.Classes))
}

// inception joins kernels of 1, 3 and 5 pixels, the latter two over fewer
// channels, and a pooling.
func (l *layers) inception(name string, x features, one, reduce3, three, reduce5, five, pool int) features {
	name = "inception" + name
	y3 := l.rectified(name+".reduce3", x, window{out: l.wide(reduce3), kernel: 1})
	y5 := l.rectified(name+".reduce5", x, window{out: l.wide(reduce5), kernel: 1})
	return l.concat(name+".concat",
		l.rectified(name+".conv1", x, window{out: l.wide(one), kernel: 1}),
		l.rectified(name+".conv3", y3, window{out: l.wide(three), kernel: 3, pad: 1}),
		l.rectified(name+".conv5", y5, window{out: l.wide(five), kernel: 5, pad: 2}),
		l.rectified(name+".proj", l.maxPool(name+".pool", x, window{kernel: 3, pad: 1}), window{out: l.wide(pool), kernel: 1}))
}
