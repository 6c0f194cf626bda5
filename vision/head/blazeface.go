package head

import "github.com/ocellus-vision/ocellus/vision"

// The BlazeFace head: Bazarevsky et al., "BlazeFace: Sub-millisecond Neural
// Face Detection on Mobile GPUs" (2019). An anchor is a point, for its size is
// fixed at one, so that a box is x, y, w, h in pixels of the input, x and y
// counted from the anchor; six landmarks follow in the same measure. The
// score is a logit.
const (
	blazePoints = 6
	blazeRow    = 4 + 2*blazePoints
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
	groups  []pair
	logit   float32 // least logit worth reporting
	points  pointArena
}

func checkBlazeFace(c *Config) error {
	if len(c.Strides) == 0 {
		return c.bad("strides", "there are none")
	}
	return c.checkPairs()
}

func newBlazeFace(c Config, in Input, outputs []Output) (Decoder, error) {
	groups, _, total, err := c.pairs(outputs, 1, blazeRow)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, s := range c.Strides {
		n += blazeAspects * newGrid(in, s).cells()
	}
	if total != n {
		return nil, c.bad("strides", "%v make %d anchors on %d×%d pixels, but the outputs have %d rows",
			c.Strides, n, in.Width, in.Height, total)
	}
	return &blazeFace{anchors: blazeAnchors(in, c.Strides), groups: groups, logit: logit(c.Score)}, nil
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

func (d *blazeFace) Classes() int { return 1 }

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

// detection reads one row. What is not finite, or empty, is no detection.
func (d *blazeFace) detection(a vision.Point, logit float32, row *[blazeRow]float32) (vision.Detection, bool) {
	box, ok := around(a.X+row[0], a.Y+row[1], row[2], row[3])
	if !ok {
		return vision.Detection{}, false
	}
	var at [2 * blazePoints]float32
	for k := 0; k < len(at); k += 2 {
		at[k], at[k+1] = a.X+row[4+k], a.Y+row[5+k]
	}
	if !finite(at[:]...) {
		return vision.Detection{}, false
	}
	return vision.Detection{Score: sigmoid(logit), Box: box, Landmarks: d.points.put(at[:])}, true
}
