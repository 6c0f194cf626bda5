package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// VGG16 is configuration D of Simonyan and Zisserman, "Very deep
// convolutional networks for large-scale image recognition" (2015), without
// normalisation, with torchvision's parameter names. 138,357,544 parameters
// for 1000 classes and 15.5 billion multiply-accumulates for pictures
// [batch 3 224 224]; the output is a logit for each class. For pictures of up to
// 64 pixels there is batch normalisation, the fully connected layers have 512
// features, and dropout lies between them.
func VGG16(o Options) (*nn.Graph, error) {
	o = o.or(224, 3, 1000)
	if err := o.checkForm("vgg16", 32); err != nil {
		return nil, err
	}
	l := newLayers("vgg16", o)
	hidden := l.wide(4096)
	if l.normalised = o.small(); l.normalised {
		hidden = l.wide(512)
	}
	x, at := l.input(o, normalisedPower), 0
	for _, stage := range [][]int{{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}} {
		for _, out := range stage {
			name := fmt.Sprintf("features.%d", at)
			x = l.rectified(name, x, window{out: l.wide(out), kernel: 3, pad: 1})
			at += 2
		}
		x = l.maxPool(fmt.Sprintf("features.%d", at), x, window{kernel: 2, stride: 2})
		at++
	}
	x = l.flatten("flat", x)
	for _, name := range []string{"classifier.0", "classifier.3"} {
		x = relu(l, name, l.linear(name, x, hidden))
		if l.normalised {
			x = l.dropout(name+".drop", x)
		}
	}
	return l.done(l.last("classifier.6", x, o.Classes))
}
