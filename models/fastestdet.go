package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// FastestDet is the detector of that name of dog-qiuqiu (2022), without
// anchors. Of pictures [batch 3 352 352] the output "detections" [batch 85 22
// 22] has for each cell of 16 pixels the objectness, four values for the box,
// and the classes.
func FastestDet(o Options) (*nn.Graph, error) {
	o = o.or(352, 3, 80)
	if err := o.check("fastestdet", 32); err != nil {
		return nil, err
	}
	l := newLayers("fastestdet", o)
	c1, c2, c3 := l.shuffleNetV2(l.input(o, unitPower))
	half := window{kernel: 3, stride: 2, pad: 1}
	strides, pads := half.ints()
	pool := &nn.AveragePool{AutoPad: "NOTSET", CountIncludePad: true, KernelShape: []int{3, 3}, Strides: strides, Pads: pads}
	c1 = features{l.Node("avg_pool", pool, c1.id), c1.c, half.extent(c1.h), half.extent(c1.w), c1.power}
	x := l.pyramid(l.concat("neck.concat", c1, c2, l.larger("neck.larger", c3)), 96)
	x = l.block("detect_head.conv1x1.conv1x1.0", "detect_head.conv1x1.conv1x1.1", x, window{out: 96, kernel: 1}, relu)
	objects := l.Node("objects", &nn.Sigmoid{}, l.detHead("detect_head.obj_layers", x, 1))
	boxes := l.detHead("detect_head.reg_layers", x, 4)
	shares := l.Node("shares", &nn.Softmax{Axis: 1}, l.detHead("detect_head.cls_layers", x, o.Classes))
	return l.done(features{id: l.Node("detections", &nn.Concat{Axis: 1}, objects, boxes, shares)})
}

// pyramid sees with one, two and three kernels of 5 pixels in a row.
func (l *layers) pyramid(x features, out int) features {
	x = l.block("SPP.Conv1x1.conv1x1.0", "SPP.Conv1x1.conv1x1.1", x, window{out: out, kernel: 1}, relu)
	var views [3]features
	for i := range views {
		y := x
		for j := range i + 1 {
			name := fmt.Sprintf("SPP.S%d.", i+1)
			y = l.block(fmt.Sprint(name, 3*j), fmt.Sprint(name, 3*j+1), y, window{kernel: 5, pad: 2, groups: depthwise}, relu)
		}
		views[i] = y
	}
	y := l.block("SPP.output.0", "SPP.output.1", l.concat("SPP.concat", views[:]...), window{out: out, kernel: 1}, nil)
	return relu(l, "SPP", l.add("SPP.add", x, y))
}

func (l *layers) detHead(name string, x features, out int) nn.ValueID {
	name += ".conv5x5."
	x = l.block(name+"0", name+"1", x, window{kernel: 5, pad: 2, groups: depthwise}, relu)
	return l.block(name+"3", name+"4", x, window{out: out, kernel: 1}, nil).id
}
