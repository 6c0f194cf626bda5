package head

import (
	"slices"

	"github.com/ocellus-vision/ocellus/vision"
)

// The heads of Redmon and Farhadi, "YOLO9000" (2017) and "YOLOv3" (2018), and
// of Bochkovskiy et al., "YOLOv4" (2020). Each output is a grid; each cell
// has, for each of the grid's anchors, tx, ty, tw, th, the logit of an object,
// and a logit for each class, if there are classes. A centre is the sigmoid
// of tx, ty within its cell, stretched about the cell's middle by scale_x_y;
// a size is the anchor's times the exponential of tw, th. The score is that
// of the object times that of its best class.
const yoloFixed = 5 // tx, ty, tw, th, object

type yolo struct {
	pointless
	layers  []yoloLayer
	classes int
	scores  ClassScores
	least   float32
	logit   float32 // of least
}

// yoloLayer is an output. Its values lie at
// cell·cellStep + anchor·anchorStep + value·step.
type yoloLayer struct {
	grid
	output                     int
	anchors                    []Size
	stretch                    float32
	cellStep, anchorStep, step int
}

func checkYOLO(c *Config) error {
	if err := c.checkLayers(); err != nil {
		return err
	}
	if n := len(c.ScaleXY); n != 0 && n != len(c.Strides) {
		return c.bad("scale_x_y", "there are %d for %d strides", n, len(c.Strides))
	}
	for _, s := range c.ScaleXY {
		if !(s >= 1 && s <= 2) {
			return c.bad("scale_x_y", "%v is outside 1 to 2", s)
		}
	}
	if c.Layout > vision.NHWC {
		return c.bad("layout", "is unknown")
	}
	return c.checkClassScores(Sigmoid, Softmax)
}

func newYOLO(c Config, in Input, outputs []Output) (Decoder, error) {
	d := &yolo{scores: c.ClassScores, least: c.Score, logit: logit(c.Score)}
	names, err := c.names(outputs, len(c.Strides))
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		l := yoloLayer{grid: newGrid(in, c.Strides[i]), anchors: c.Anchors[i], stretch: 1}
		if len(c.ScaleXY) > 0 {
			l.stretch = c.ScaleXY[i]
		}
		if l.output, err = c.lookup(outputs, name); err != nil {
			return nil, err
		}
		width, ok := l.place(outputs[l.output].Dims, c.Layout)
		if !ok {
			return nil, c.bad(name, "output has shape %v, want %v with %d×%d cells of %d anchors, each %d values and those of the classes",
				outputs[l.output].Dims, c.Layout, l.cols, l.rows, len(l.anchors), yoloFixed)
		}
		if n := width - yoloFixed; i == 0 {
			d.classes = n
		} else if n != d.classes {
			return nil, c.bad(name, "output has shape %v, which makes %d classes; %s has %d", outputs[l.output].Dims, n, names[0], d.classes)
		}
		d.layers = append(d.layers, l)
	}
	return d, nil
}

// place finds where the values lie in an output of that shape, and how many
// each anchor has.
func (l *yoloLayer) place(dims []int, layout vision.Layout) (width int, ok bool) {
	if len(dims) < 2 || slices.Min(dims) < 1 {
		return 0, false
	}
	cells, n, per := l.cells(), len(l.anchors), 1
	if layout == vision.NCHW {
		last := len(dims) - 2
		for _, d := range dims[:last] {
			per *= d
		}
		if dims[last] != l.rows || dims[last+1] != l.cols {
			return 0, false
		}
	} else {
		for _, d := range dims {
			per *= d
		}
		// The last dimension must not run over a border between cells or
		// anchors: 25 values may be of one anchor or of five.
		last := dims[len(dims)-1]
		if per%(cells*n) != 0 || last != per/cells && last != per/(cells*n) {
			return 0, false
		}
		per /= cells
	}
	width = per / n
	if per%n != 0 || width < yoloFixed {
		return 0, false
	}
	if layout == vision.NCHW {
		l.cellStep, l.anchorStep, l.step = 1, width*cells, cells
	} else {
		l.cellStep, l.anchorStep, l.step = per, width, 1
	}
	return width, true
}

func (d *yolo) Classes() int { return max(d.classes, 1) }

func (d *yolo) Decode(dst []vision.Detection, outputs []Output) []vision.Detection {
	for i := range d.layers {
		l := &d.layers[i]
		data := outputs[l.output].Data
		for a := range l.anchors {
			at := a * l.anchorStep
			for cell := range l.cells() {
				// No class makes a score higher than the object's own.
				if object := data[at+4*l.step]; object >= d.logit {
					dst = d.report(dst, l, data, at, cell, &l.anchors[a])
				}
				at += l.cellStep
			}
		}
	}
	return dst
}

// report appends the detection of one anchor, if it has the score.
func (d *yolo) report(dst []vision.Detection, l *yoloLayer, data []float32, at, cell int, anchor *Size) []vision.Detection {
	score, class := sigmoid(data[at+4*l.step]), 0
	if d.classes > 0 {
		c := classes{data, at + yoloFixed*l.step, l.step, d.classes}
		var v float32
		if class, v = c.best(); class < 0 {
			return dst
		}
		score *= c.score(d.scores, v)
	}
	if !(score >= d.least) {
		return dst
	}
	if box, ok := l.box(data, at, cell, anchor); ok {
		dst = append(dst, vision.Detection{Class: class, Score: score, Box: box})
	}
	return dst
}

func (l *yoloLayer) box(data []float32, at, cell int, anchor *Size) (vision.Box, bool) {
	col, row := l.at(cell)
	within := func(t float32) float32 { return (sigmoid(t)-0.5)*l.stretch + 0.5 }
	return around((col+within(data[at]))*l.stride, (row+within(data[at+l.step]))*l.stride,
		anchor.W*exp(data[at+2*l.step]), anchor.H*exp(data[at+3*l.step]))
}
