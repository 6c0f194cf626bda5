package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// YOLOv4Tiny is the small detector of Wang, Bochkovskiy and Liao,
// "Scaled-YOLOv4: scaling cross stage partial network" (2021), as darknet's
// yolov4-tiny.cfg has it. 6,056,606 parameters for 80 classes and 3.45 billion
// multiply-accumulates for pictures [batch 3 416 416]. The outputs are raw:
// "grid32" [batch 255 13 13] and "grid16" [batch 255 26 26], which hold for
// each of three anchors tx, ty, tw, th, the logit of an object and of each
// class.
func YOLOv4Tiny(o Options) (*nn.Graph, error) {
	o = o.or(416, 3, 80)
	if err := o.check("yolov4-tiny", 32); err != nil {
		return nil, err
	}
	l := newLayers("yolov4-tiny", o)
	at := 0
	conv := func(x features, out, kernel, stride int) features {
		name := fmt.Sprintf("conv%d", at)
		at++
		return l.block(name, name+".bn", x, window{out: out, kernel: kernel, stride: stride, pad: kernel / 2}, leakyRelu)
	}
	x := conv(conv(l.input(o, unitPower), 32, 3, 2), 64, 3, 2)
	var fine features
	for i, c := range []int{64, 128, 256} {
		name := fmt.Sprintf("csp%d", i)
		x = conv(x, c, 3, 1)
		_, half := l.halves(name+".split", x)
		a := conv(half, c/2, 3, 1)
		fine = conv(l.concat(name+".inner", conv(a, c/2, 3, 1), a), c, 1, 1)
		x = l.maxPool(name+".pool", l.concat(name+".outer", x, fine), window{kernel: 2, stride: 2})
	}
	x = conv(conv(x, 512, 3, 1), 256, 1, 1)
	out := window{out: 3 * (5 + o.Classes), kernel: 1}
	grid32 := l.conv("grid32", conv(x, 512, 3, 1), out, true)
	x = l.concat("route", l.larger("larger", conv(x, 128, 1, 1)), fine)
	grid16 := l.conv("grid16", conv(x, 256, 3, 1), out, true)
	return l.done(grid32, grid16)
}
