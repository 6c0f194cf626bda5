package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// ResNet20 is the network of 20 layers that He et al., "Deep residual learning
// for image recognition" (2016), have for CIFAR-10: three stages of three
// blocks, of 16, 32 and 64 channels. 269,722 parameters for 10 classes and 41
// million multiply-accumulates for pictures [batch 3 32 32]; the output is a
// logit for each class. Where a stage begins, the shortcut takes every second
// pixel and has zeros for the new channels (the paper's option A), so that
// shortcuts have no parameters.
func ResNet20(o Options) (*nn.Graph, error) { return resNet20("resnet20", o, false) }

// Plain20 is ResNet20 without shortcuts, the plain network that the paper holds
// it against, with the same parameters.
func Plain20(o Options) (*nn.Graph, error) { return resNet20("plain20", o, true) }

func resNet20(name string, o Options, plain bool) (*nn.Graph, error) {
	o = o.or(32, 3, 10)
	if err := o.check(name, 4); err != nil {
		return nil, err
	}
	l := newLayers(name, o)
	x := l.block("conv1", "bn1", l.input(o, normalisedPower), window{out: 16, kernel: 3, pad: 1}, relu)
	for s := range 3 {
		for i := range 3 {
			name, stride := fmt.Sprintf("layer%d.%d", s+1, i), 1
			if i == 0 && s > 0 {
				stride = 2
			}
			y := l.basicBlock(name, x, 16<<s, stride)
			if !plain {
				if stride > 1 {
					x = l.subsampled(name+".shortcut", x, y.c)
				}
				y = l.add(name+".add", y, x)
			}
			x = relu(l, name, y)
		}
	}
	return l.done(l.linear("linear", l.pooled("avgpool", x), o.Classes))
}

// subsampled takes every second pixel along both sides and appends channels of
// zeros. It is a convolution by an identity that is no parameter: one node
// that every engine has a kernel for, in place of a slice and a padding.
func (l *layers) subsampled(name string, x features, channels int) features {
	w := nn.NewTensor(nn.Float32, nn.S(channels, x.c, 1, 1))
	for c := range x.c {
		w.F32()[c*x.c+c] = 1
	}
	op := &nn.Conv{AutoPad: "NOTSET", Group: 1, KernelShape: []int{1, 1}, Strides: []int{2, 2}, Pads: []int{0, 0, 0, 0}}
	x.id = l.Node(name, op, x.id, l.Const(name+".weight", w))
	x.power *= float64(x.c) / float64(channels)
	x.c, x.h, x.w = channels, (x.h+1)/2, (x.w+1)/2
	return x
}
