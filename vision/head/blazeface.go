package head

import (
	"math"

	"github.com/ocellus-vision/ocellus/vision"
)

// The BlazeFace head: Bazarevsky et al., "BlazeFace: Sub-millisecond Neural
// Face Detection on Mobile GPUs" (2019). An anchor is a point, for its size is
// fixed at one, so that a box is x, y, w, h in pixels of the input, x and y
// counted from the anchor; six landmarks follow in the same measure. The
// score is a logit.
const (
	blazePoints = 6
	blazeRow    = 4 + 2*blazePoints
	// blazeClip is where a logit is cut off, so that the exponential of a
	// damaged output stays finite.
	blazeClip = 100
	// blazeAspects is the number of anchors that a layer adds to each cell:
	// the square one, and the one between its scale and the next.
	blazeAspects = 2
)

// BlazeFaceLandmarks are the names of the landmarks, in the model's order.
// Left and right are the person's own.
func BlazeFaceLandmarks() []string {
	return []string{"right_eye", "left_eye", "nose_tip", "mouth_centre", "right_ear_tragion", "left_ear_tragion"}
}

type blazeFace struct {
	anchors []vision.Point // pixels of the input
	groups  []blazeGroup
	logit   float32 // least logit worth reporting
	points  pointArena
}

// blazeGroup is a pair of outputs that hold the same anchors.
type blazeGroup struct{ score, box, rows int }

func checkBlazeFace(c *Config) error {
	switch {
	case len(c.Strides) == 0:
		return c.bad("strides", "there are none")
	case len(c.Scores) == 0:
		return c.bad("scores", "no outputs are named")
	case len(c.Scores) != len(c.Boxes):
		return c.bad("boxes", "%d outputs are named, but %d scores", len(c.Boxes), len(c.Scores))
	}
	return nil
}

func newBlazeFace(c Config, in Input, outputs []Output) (Decoder, error) {
	d := &blazeFace{anchors: blazeAnchors(in, c.Strides), logit: logit(c.Score)}
	total := 0
	for i, name := range c.Scores {
		score, n, err := c.find(outputs, name, 1)
		if err != nil {
			return nil, err
		}
		box, m, err := c.find(outputs, c.Boxes[i], blazeRow)
		if err != nil {
			return nil, err
		}
		if n != m {
			return nil, c.bad(name, "has %d scores for %d boxes of %s", n, m, c.Boxes[i])
		}
		d.groups = append(d.groups, blazeGroup{score, box, n})
		total += n
	}
	if total != len(d.anchors) {
		return nil, c.bad("strides", "%v make %d anchors on %d×%d pixels, but the outputs have %d rows",
			c.Strides, len(d.anchors), in.Width, in.Height, total)
	}
	return d, nil
}

// blazeAnchors places the anchors as MediaPipe's SSD anchor calculator does
// for a fixed anchor size: layers of equal stride that follow one another
// share their cells, and each layer adds its anchors at the cell's centre.
func blazeAnchors(in Input, strides []int) []vision.Point {
	var out []vision.Point
	for i := 0; i < len(strides); {
		stride, n := strides[i], 0
		for ; i < len(strides) && strides[i] == stride; i++ {
			n += blazeAspects
		}
		cols, rows := (in.Width+stride-1)/stride, (in.Height+stride-1)/stride
		for y := range rows {
			for x := range cols {
				p := vision.Point{
					X: (float32(x) + 0.5) / float32(cols) * float32(in.Width),
					Y: (float32(y) + 0.5) / float32(rows) * float32(in.Height),
				}
				for range n {
					out = append(out, p)
				}
			}
		}
	}
	return out
}

func (d *blazeFace) Reset() { d.points.reset() }

func (d *blazeFace) Decode(dst []vision.Detection, outputs []Output) []vision.Detection {
	first := 0
	for _, g := range d.groups {
		scores, boxes := outputs[g.score].Data, outputs[g.box].Data
		for i := range g.rows {
			if s := scores[i]; s >= d.logit {
				row := (*[blazeRow]float32)(boxes[i*blazeRow:])
				if det, ok := d.detection(d.anchors[first+i], s, row); ok {
					dst = append(dst, det)
				}
			}
		}
		first += g.rows
	}
	return dst
}

// detection reads one row. A box that is not finite, or that is empty, is no
// detection.
func (d *blazeFace) detection(a vision.Point, logit float32, row *[blazeRow]float32) (vision.Detection, bool) {
	x, y, w, h := a.X+row[0], a.Y+row[1], row[2]/2, row[3]/2
	if !(w > 0 && h > 0) || !finite(x, y, w, h) || !finite(row[4:]...) {
		return vision.Detection{}, false
	}
	pts := d.points.take(blazePoints)
	for k := range pts {
		pts[k] = vision.Point{X: a.X + row[4+2*k], Y: a.Y + row[5+2*k]}
	}
	return vision.Detection{
		Score:     sigmoid(logit),
		Box:       vision.Box{X1: x - w, Y1: y - h, X2: x + w, Y2: y + h},
		Landmarks: pts,
	}, true
}

func sigmoid(x float32) float32 {
	x = min(max(x, -blazeClip), blazeClip)
	return float32(1 / (1 + math.Exp(-float64(x))))
}

// logit is the inverse of sigmoid, and its clip at the ends.
func logit(p float32) float32 {
	switch {
	case p <= 0:
		return float32(math.Inf(-1))
	case p >= 1:
		return float32(math.Inf(1))
	}
	return float32(math.Log(float64(p) / (1 - float64(p))))
}

// finite reports whether every value is a finite number.
func finite(vs ...float32) bool {
	for _, v := range vs {
		if v-v != 0 {
			return false
		}
	}
	return true
}
