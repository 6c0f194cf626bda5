package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// YOLOv8n has the structure of the smallest YOLOv8 detector of Ultralytics
// (2023) with its parameter names: C2f blocks, pooling pyramid, SiLU, boxes as
// distributions over distances. 3,157,184 parameters for 80 classes and 4.37
// billion multiply-accumulates for pictures [batch 3 640 640]. The output
// "output0" [batch 84 8400] has for each cell of 8, 16 and 32 pixels centre
// and size of a box in pixels of the input, and a score for each class.
func YOLOv8n(o Options) (*nn.Graph, error) {
	o = o.or(640, 3, 80)
	if err := o.check("yolov8n", 32); err != nil {
		return nil, err
	}
	l := newLayers("yolov8n", o)
	l.epsilon = 1e-3
	x := l.down("model.0", l.input(o, unitPower), 16)
	x = l.c2f("model.2", l.down("model.1", x, 32), 32, 1, true)
	p3 := l.c2f("model.4", l.down("model.3", x, 64), 64, 2, true)
	p4 := l.c2f("model.6", l.down("model.5", p3, 128), 128, 2, true)
	x = l.c2f("model.8", l.down("model.7", p4, 256), 256, 1, true)
	p5 := l.sppf("model.9", x, 256)
	n4 := l.c2f("model.12", l.concat("model.11", l.larger("model.10", p5), p4), 128, 1, false)
	n3 := l.c2f("model.15", l.concat("model.14", l.larger("model.13", n4), p3), 64, 1, false)
	n4 = l.c2f("model.18", l.concat("model.17", l.down("model.16", n3, 64), n4), 128, 1, false)
	n5 := l.c2f("model.21", l.concat("model.20", l.down("model.19", n4, 128), p5), 256, 1, false)
	return l.done(l.v8Detect("model.22", o.Size, o.Classes, n3, n4, n5))
}

func (l *layers) v8Conv(name string, x features, w window) features {
	w.pad = w.kernel / 2
	return l.block(name+".conv", name+".bn", x, w, silu)
}

func (l *layers) down(name string, x features, out int) features {
	return l.v8Conv(name, x, window{out: out, kernel: 3, stride: 2})
}

// c2f splits its channels in two and sends one half through n blocks, each of
// which adds to what is joined at the end.
func (l *layers) c2f(name string, x features, out, n int, shortcut bool) features {
	a, b := l.halves(name+".split", l.v8Conv(name+".cv1", x, window{out: out, kernel: 1}))
	parts := []features{a, b}
	for i := range n {
		block := fmt.Sprintf("%s.m.%d", name, i)
		y := l.v8Conv(block+".cv1", b, window{out: out / 2, kernel: 3})
		y = l.v8Conv(block+".cv2", y, window{out: out / 2, kernel: 3})
		if shortcut {
			y = l.add(block+".add", b, y)
		}
		b = y
		parts = append(parts, b)
	}
	return l.v8Conv(name+".cv2", l.concat(name+".concat", parts...), window{out: out, kernel: 1})
}

// sppf sees with poolings of 5, 9 and 13 pixels.
func (l *layers) sppf(name string, x features, out int) features {
	parts := []features{l.v8Conv(name+".cv1", x, window{out: x.c / 2, kernel: 1})}
	for i := range 3 {
		parts = append(parts, l.maxPool(fmt.Sprintf("%s.m.%d", name, i), parts[i], window{kernel: 5, pad: 2}))
	}
	return l.v8Conv(name+".cv2", l.concat(name+".concat", parts...), window{out: out, kernel: 1})
}

// v8Bins is the number of distances, in cells, that a side of a box is a
// distribution over.
const v8Bins = 16

func (l *layers) v8Detect(name string, size, classes int, scales ...features) features {
	var rows []nn.ValueID
	wide, narrow := max(16, scales[0].c/4, 4*v8Bins), max(scales[0].c, min(classes, 100))
	for i, x := range scales {
		branch := func(cv string, mid, out int) features {
			part := fmt.Sprintf("%s.%s.%d", name, cv, i)
			y := l.v8Conv(part+".0", x, window{out: mid, kernel: 3})
			y = l.v8Conv(part+".1", y, window{out: mid, kernel: 3})
			return l.conv(part+".2", y, window{out: out, kernel: 1}, true)
		}
		joined := l.concat(fmt.Sprintf("%s.concat.%d", name, i), branch("cv2", wide, 4*v8Bins), branch("cv3", narrow, classes))
		rows = append(rows, l.reshape(fmt.Sprintf("%s.rows.%d", name, i), joined.id, 0, int64(joined.c), -1))
	}
	all := l.Node(name+".concat", &nn.Concat{Axis: 2}, rows...)
	sizes := l.Const(name+".split.sizes", nn.T([]int64{4 * v8Bins, int64(classes)}, 2))
	parts := l.NodeN(name+".split", &nn.Split{Axis: 1}, []nn.ValueID{all, sizes}, []string{name + ".split.0", name + ".split.1"})
	boxes := l.v8Boxes(name, l.distances(name+".dfl", parts[0]), size, scales)
	scores := l.Node(name+".scores", &nn.Sigmoid{}, parts[1])
	return features{id: l.Node("output0", &nn.Concat{Axis: 1}, boxes, scores)}
}

// distances is the mean of each distribution, [batch 4 cells] (Li et al.,
// "Generalized focal loss", 2020).
func (l *layers) distances(name string, x nn.ValueID) nn.ValueID {
	x = l.reshape(name+".bins", x, 0, 4, v8Bins, -1)
	x = l.transpose(name+".transpose", x, 0, 2, 1, 3)
	x = l.Node(name+".softmax", &nn.Softmax{Axis: 1}, x)
	steps := nn.NewTensor(nn.Float32, nn.S(1, v8Bins, 1, 1))
	for i := range steps.F32() {
		steps.F32()[i] = float32(i)
	}
	x = l.Node(name+".conv", &nn.Conv{AutoPad: "NOTSET", Group: 1, KernelShape: []int{1, 1}, Strides: []int{1, 1}, Pads: []int{0, 0, 0, 0}},
		x, l.Const(name+".conv.weight", steps))
	return l.reshape(name+".distances", x, 0, 4, -1)
}

// v8Boxes turns distances from the middles of the cells to left, top, right
// and bottom into centres and sizes in pixels.
func (l *layers) v8Boxes(name string, x nn.ValueID, size int, scales []features) nn.ValueID {
	middles, strides := cells(size, scales)
	sizes := l.Const(name+".sides.sizes", nn.T([]int64{2, 2}, 2))
	sides := l.NodeN(name+".sides", &nn.Split{Axis: 1}, []nn.ValueID{x, sizes}, []string{name + ".lt", name + ".rb"})
	anchors := l.Const(name+".anchors", middles)
	low := l.Node(name+".low", &nn.Sub{}, anchors, sides[0])
	high := l.Node(name+".high", &nn.Add{}, anchors, sides[1])
	sum := l.Node(name+".sum", &nn.Add{}, low, high)
	centre := l.Node(name+".centre", &nn.Div{}, sum, l.Const(name+".two", nn.Scalar(float32(2))))
	extent := l.Node(name+".extent", &nn.Sub{}, high, low)
	box := l.Node(name+".box", &nn.Concat{Axis: 1}, centre, extent)
	return l.Node(name+".pixels", &nn.Mul{}, box, l.Const(name+".strides", strides))
}

// cells returns the middles of all cells, in cells, [1 2 n], and their strides
// in pixels, [1 n].
func cells(size int, scales []features) (middles, strides *nn.Tensor) {
	n := 0
	for _, s := range scales {
		n += s.h * s.w
	}
	middles, strides = nn.NewTensor(nn.Float32, nn.S(1, 2, n)), nn.NewTensor(nn.Float32, nn.S(1, n))
	m, st, at := middles.F32(), strides.F32(), 0
	for _, s := range scales {
		for i := range s.h * s.w {
			m[at], m[n+at], st[at] = float32(i%s.w)+0.5, float32(i/s.w)+0.5, float32(size/s.h)
			at++
		}
	}
	return middles, strides
}
