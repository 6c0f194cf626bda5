package head

import (
	"math"

	"github.com/ocellus-vision/ocellus/vision"
)

// The FastestDet head (dog-qiuqiu, 2022): one grid in NCHW without anchors.
// A cell has objectness, four values and the classes, where objectness and
// classes are shares already. A centre is the hyperbolic tangent of its
// values in cells from its cell's corner; a size is the sigmoid of its values
// as a share of the input's sides. The score is object^0.6 · class^0.4.
const (
	fastestDetObject = 0.6
	fastestDetClass  = 0.4
)

type fastestDet struct {
	pointless
	grid
	output  int
	classes int
	size    Input
	least   float32
	object  float32 // least objectness: a class of 1 makes least of it
}

func checkFastestDet(c *Config) error {
	if len(c.Strides) != 1 {
		return c.bad("strides", "there are %d, want one", len(c.Strides))
	}
	return nil
}

func newFastestDet(c Config, in Input, outputs []Output) (Decoder, error) {
	names, err := c.names(outputs, 1)
	if err != nil {
		return nil, err
	}
	d := &fastestDet{
		grid: newGrid(in, c.Strides[0]), size: in, least: c.Score,
		object: float32(math.Pow(float64(c.Score), 1/fastestDetObject)) * (1 - 1e-6),
	}
	if d.output, err = c.lookup(outputs, names[0]); err != nil {
		return nil, err
	}
	s := outputs[d.output].Dims
	if len(s) != 4 || s[0] != 1 || s[1] <= yoloFixed || s[2] != d.rows || s[3] != d.cols {
		return nil, c.bad(names[0], "output has shape %v, want [1 %d+classes %d %d]", s, yoloFixed, d.rows, d.cols)
	}
	d.classes = s[1] - yoloFixed
	return d, nil
}

func (d *fastestDet) Classes() int { return d.classes }

func (d *fastestDet) Decode(dst []vision.Detection, outputs []Output) []vision.Detection {
	data, n := outputs[d.output].Data, d.cells()
	for cell := range n {
		object := data[cell]
		if !(object >= d.object) {
			continue
		}
		class, share := classes{data, cell + yoloFixed*n, n, d.classes}.best()
		score := float32(math.Pow(float64(unit(object)), fastestDetObject) * math.Pow(float64(unit(share)), fastestDetClass))
		if class < 0 || !(score >= d.least) {
			continue
		}
		col, row := d.at(cell)
		x, y := tanh(data[cell+n]), tanh(data[cell+2*n])
		w, h := sigmoid(data[cell+3*n]), sigmoid(data[cell+4*n])
		if box, ok := around((col+x)*d.stride, (row+y)*d.stride, w*float32(d.size.Width), h*float32(d.size.Height)); ok {
			dst = append(dst, vision.Detection{Class: class, Score: score, Box: box})
		}
	}
	return dst
}

func tanh(x float32) float32 { return float32(math.Tanh(float64(x))) }
