package models

import "github.com/ocellus-vision/ocellus/nn"

// AlexNet is the network of Krizhevsky, Sutskever and Hinton, "ImageNet
// classification with deep convolutional neural networks" (2012), with local
// response normalisation and dropout. Options.Grouped makes its second, fourth
// and fifth convolution see half of the channels each, as the paper's two
// graphics cards did: 60,965,224 parameters for 1000 classes of pictures
// [batch 3 227 227], and 62,378,344 without groups. The output is a logit for
// each class.
//
// Pictures of up to 64 pixels keep their resolution at the beginning, batch
// normalisation takes the place of the other, and the fully connected layers
// have 1024 features.
func AlexNet(o Options) (*nn.Graph, error) {
	o = o.or(227, 3, 1000)
	if err := o.checkForm("alexnet", 1); err != nil {
		return nil, err
	}
	small := o.small()
	if least := alexNetLeast(small); o.Size < least {
		return nil, tooSmall("alexnet", o.Size, least)
	}
	l := newLayers("alexnet", o)
	l.normalised = small
	first, hidden, pool := window{out: l.wide(96), kernel: 11, stride: 4}, 4096, window{kernel: 3, stride: 2}
	if small {
		first, hidden, pool = window{out: l.wide(96), kernel: 5, pad: 2}, 1024, window{kernel: 3, stride: 2, ceil: true}
	}
	groups := 1
	if o.Grouped {
		groups = 2
	}
	x := l.responseNorm("norm1", l.rectified("conv1", l.input(o, normalisedPower), first))
	x = l.maxPool("pool1", x, pool)
	x = l.responseNorm("norm2", l.rectified("conv2", x, window{out: l.wide(256), kernel: 5, pad: 2, groups: groups}))
	x = l.maxPool("pool2", x, pool)
	x = l.rectified("conv3", x, window{out: l.wide(384), kernel: 3, pad: 1})
	x = l.rectified("conv4", x, window{out: l.wide(384), kernel: 3, pad: 1, groups: groups})
	x = l.rectified("conv5", x, window{out: l.wide(256), kernel: 3, pad: 1, groups: groups})
	x = l.flatten("flat", l.maxPool("pool5", x, pool))
	for _, name := range []string{"fc6", "fc7"} {
		x = l.dropout(name+".drop", relu(l, name, l.linear(name, x, l.wide(hidden))))
	}
	return l.done(l.last("fc8", x, o.Classes))
}

// alexNetLeast is the side of the smallest picture that leaves the last pooling
// something.
func alexNetLeast(small bool) int {
	if small {
		return 12
	}
	return 67
}
