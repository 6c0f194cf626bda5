package head

import (
	"math"

	"github.com/ocellus-vision/ocellus/vision"
)

// The YuNet head: Wu, Peng, Yu, "YuNet: A Tiny Millisecond-level Face
// Detector" (2023). Each cell of each layer has the probability of a face,
// the quality of its box, the box as offset of its centre from the cell's left
// upper corner and logarithm of its size, and five landmarks, all in strides.
// The score is the geometric mean of the two.
const yuNetPoints = 5

// YuNetLandmarks are the names of the landmarks, in the model's order. Left
// and right are the person's own.
func YuNetLandmarks() []string {
	return []string{"right_eye", "left_eye", "nose_tip", "right_mouth_corner", "left_mouth_corner"}
}

type yuNet struct {
	layers []yuNetLayer
	least  float32 // the product of the two from which a face is reported
	points pointArena
}

// yuNetLayer has the indices of a layer's outputs.
type yuNetLayer struct {
	grid
	class, object, box, points int
}

func checkYuNet(c *Config) error {
	if len(c.Strides) == 0 {
		return c.bad("strides", "there are none")
	}
	for _, f := range []struct {
		field string
		names []string
	}{{"scores", c.Scores}, {"objects", c.Objects}, {"boxes", c.Boxes}, {"points", c.Points}} {
		if len(f.names) != len(c.Strides) {
			return c.bad(f.field, "%d outputs are named for %d strides", len(f.names), len(c.Strides))
		}
	}
	return nil
}

func newYuNet(c Config, in Input, outputs []Output) (Decoder, error) {
	d := &yuNet{least: c.Score * c.Score}
	for i, s := range c.Strides {
		l := yuNetLayer{grid: newGrid(in, s)}
		for _, o := range []struct {
			index *int
			name  string
			width int
		}{{&l.class, c.Scores[i], 1}, {&l.object, c.Objects[i], 1}, {&l.box, c.Boxes[i], 4}, {&l.points, c.Points[i], 2 * yuNetPoints}} {
			var err error
			if *o.index, err = c.findRows(outputs, o.name, l.cells(), o.width); err != nil {
				return nil, err
			}
		}
		d.layers = append(d.layers, l)
	}
	return d, nil
}

func (d *yuNet) Reset() { d.points.reset() }

func (d *yuNet) Classes() int { return 1 }

func (d *yuNet) Decode(dst []vision.Detection, outputs []Output) []vision.Detection {
	for i := range d.layers {
		l := &d.layers[i]
		class, object := outputs[l.class].Data, outputs[l.object].Data
		for cell := range l.cells() {
			// Neither factor is above 1, so that the first settles most.
			if !(object[cell] >= d.least) {
				continue
			}
			p := unit(object[cell]) * unit(class[cell])
			if !(p >= d.least) {
				continue
			}
			box := (*[4]float32)(outputs[l.box].Data[4*cell:])
			points := (*[2 * yuNetPoints]float32)(outputs[l.points].Data[2*yuNetPoints*cell:])
			if det, ok := d.detection(l, cell, box, points); ok {
				det.Score = float32(math.Sqrt(float64(p)))
				dst = append(dst, det)
			}
		}
	}
	return dst
}

func (d *yuNet) detection(l *yuNetLayer, cell int, b *[4]float32, p *[2 * yuNetPoints]float32) (vision.Detection, bool) {
	col, row := l.at(cell)
	box, ok := around((col+b[0])*l.stride, (row+b[1])*l.stride, exp(b[2])*l.stride, exp(b[3])*l.stride)
	if !ok {
		return vision.Detection{}, false
	}
	var at [2 * yuNetPoints]float32
	for k := 0; k < len(p); k += 2 {
		at[k], at[k+1] = (col+p[k])*l.stride, (row+p[k+1])*l.stride
	}
	if !finite(at[:]...) {
		return vision.Detection{}, false
	}
	return vision.Detection{Box: box, Landmarks: d.points.put(at[:])}, true
}
