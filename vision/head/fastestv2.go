package head

import "github.com/ocellus-vision/ocellus/vision"

// The head of Yolo-FastestV2 (dog-qiuqiu, 2021) as exported: one output has a
// row for each cell, the layers one after the other. A row has four values
// for each anchor, then the objectness of each anchor, then the classes,
// which the anchors share; sigmoid and softmax are in the graph. With b a
// value, a centre is 2b-0.5 cells from its cell's corner, and a size is
// (2b)² times the anchor's. The score is objectness times class.
type fastestV2 struct {
	pointless
	output int
	width  int // of a row
	layers []fastestLayer
	least  float32
}

type fastestLayer struct {
	grid
	first   int // row of the output
	anchors []Size
}

func checkFastestV2(c *Config) error {
	if err := c.checkLayers(); err != nil {
		return err
	}
	for i, a := range c.Anchors {
		if len(a) != len(c.Anchors[0]) {
			return c.bad("anchors", "layer %d has %d, layer 0 has %d", i, len(a), len(c.Anchors[0]))
		}
	}
	return nil
}

func newFastestV2(c Config, in Input, outputs []Output) (Decoder, error) {
	names, err := c.names(outputs, 1)
	if err != nil {
		return nil, err
	}
	d := &fastestV2{least: c.Score}
	cells := 0
	for i, s := range c.Strides {
		g := newGrid(in, s)
		d.layers = append(d.layers, fastestLayer{g, cells, c.Anchors[i]})
		cells += g.cells()
	}
	var rows int
	if d.output, rows, d.width, err = c.table(outputs, names[0]); err != nil {
		return nil, err
	}
	if rows != cells || d.Classes() < 1 {
		return nil, c.bad(names[0], "output has shape %v, want %d rows of %d values and those of the classes",
			outputs[d.output].Dims, cells, yoloFixed*len(c.Anchors[0]))
	}
	return d, nil
}

func (d *fastestV2) Classes() int { return d.width - yoloFixed*len(d.layers[0].anchors) }

func (d *fastestV2) Decode(dst []vision.Detection, outputs []Output) []vision.Detection {
	data := outputs[d.output].Data
	for i := range d.layers {
		l := &d.layers[i]
		for cell := range l.cells() {
			at := (l.first + cell) * d.width
			dst = d.cell(dst, l, cell, data[at:at+d.width])
		}
	}
	return dst
}

// cell appends what the anchors of one cell have found.
func (d *fastestV2) cell(dst []vision.Detection, l *fastestLayer, cell int, row []float32) []vision.Detection {
	n := len(l.anchors)
	class, share := -2, float32(0)
	for k, anchor := range l.anchors {
		object := row[4*n+k]
		if !(object >= d.least) {
			continue // no class makes a score higher than this
		}
		if class == -2 {
			class, share = classes{row, yoloFixed * n, 1, len(row) - yoloFixed*n}.best()
		}
		score := unit(object) * unit(share)
		if class < 0 || !(score >= d.least) {
			continue
		}
		col, r := l.at(cell)
		b := row[4*k : 4*k+4]
		w, h := 2*b[2], 2*b[3]
		if box, ok := around((col+2*b[0]-0.5)*l.stride, (r+2*b[1]-0.5)*l.stride, w*w*anchor.W, h*h*anchor.H); ok {
			dst = append(dst, vision.Detection{Class: class, Score: score, Box: box})
		}
	}
	return dst
}
