package models

import "github.com/ocellus-vision/ocellus/nn"

// YoloFastestV2 is the detector of that name of dog-qiuqiu (2021), with three
// anchors. Of pictures [batch 3 352 352] the output "detections" has a row for
// each cell of 16, then of 32 pixels: four values for each anchor, the
// objectness of each anchor, and the classes, which the anchors share.
func YoloFastestV2(o Options) (*nn.Graph, error) {
	o = o.or(352, 3, 80)
	if err := o.check("yolo-fastestv2", 32); err != nil {
		return nil, err
	}
	l := newLayers("yolo-fastestv2", o)
	_, c2, c3 := l.shuffleNetV2(l.input(o, unitPower))
	p2 := l.concat("fpn.concat", l.larger("fpn.larger", c3), c2)
	rows2 := l.fastestHead("2", p2, o.Classes)
	rows3 := l.fastestHead("3", c3, o.Classes)
	return l.done(features{id: l.Node("detections", &nn.Concat{Axis: 1}, rows2, rows3)})
}

// fastestHead reads one scale. The convolutions at its end are the same for
// all scales.
func (l *layers) fastestHead(scale string, x features, classes int) nn.ValueID {
	const depth, anchors = 72, 3
	x = l.block("fpn.conv1x1_"+scale+".0", "fpn.conv1x1_"+scale+".1", x, window{out: depth, kernel: 1}, relu)
	class := l.largeKernels("fpn.cls_head_"+scale, x)
	place := l.largeKernels("fpn.reg_head_"+scale, x)
	boxes := l.Node("boxes."+scale, &nn.Sigmoid{}, l.conv("output_reg_layers", place, window{out: 4 * anchors, kernel: 1}, true).id)
	objects := l.Node("objects."+scale, &nn.Sigmoid{}, l.conv("output_obj_layers", class, window{out: anchors, kernel: 1}, true).id)
	shares := l.Node("shares."+scale, &nn.Softmax{Axis: 1}, l.conv("output_cls_layers", class, window{out: classes, kernel: 1}, true).id)
	all := l.Node("cells."+scale, &nn.Concat{Axis: 1}, boxes, objects, shares)
	all = l.transpose("nhwc."+scale, all, 0, 2, 3, 1)
	return l.reshape("rows."+scale, all, 0, -1, int64(5*anchors+classes))
}

// largeKernels is twice a depthwise convolution of 5 pixels and one of 1.
func (l *layers) largeKernels(name string, x features) features {
	name += ".block."
	dw, pw := window{kernel: 5, pad: 2, groups: depthwise}, window{out: x.c, kernel: 1}
	x = l.block(name+"0", name+"1", x, dw, relu)
	x = l.block(name+"3", name+"4", x, pw, nil)
	x = l.block(name+"5", name+"6", x, dw, relu)
	return l.block(name+"8", name+"9", x, pw, nil)
}
