package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// TinyYOLO is the tiny network of Redmon and Farhadi, "YOLO9000: better,
// faster, stronger" (2017), with half of the filters at its beginning and none
// of the layers of 1024 at its end: a detector that one trains on a small
// computer. 401,766 parameters for 1 class and 43 million multiply-accumulates
// for pictures [batch 3 160 160], whose side is a multiple of 32. The output
// "cells" [batch 5·(5+classes) side/32 side/32] has for each of five anchors tx,
// ty, tw, th, the logit of an object and of each class.
func TinyYOLO(o Options) (*nn.Graph, error) {
	o = o.or(160, 3, 1)
	if err := o.checkForm("tiny-yolo", 32); err != nil {
		return nil, err
	}
	l := newLayers("tiny-yolo", o)
	x := l.input(o, unitPower)
	for i, out := range []int{8, 16, 32, 64, 128, 256} {
		name := fmt.Sprintf("conv%d", i)
		x = l.block(name, name+".bn", x, window{out: l.wide(out), kernel: 3, pad: 1}, leakyRelu)
		if i < 5 {
			x = l.maxPool(fmt.Sprintf("pool%d", i), x, window{kernel: 2, stride: 2})
		}
	}
	return l.done(l.conv("cells", x, window{out: 5 * (5 + o.Classes), kernel: 1}, true))
}
