package head

import "github.com/ocellus-vision/ocellus/vision"

// The UltraFace head (Linzaer, "Ultra-Light-Fast-Generic-Face-Detector-1MB",
// 2019) as exported with its decoding in the graph: for each prior the scores
// of the background and of a face, shares of one whole, and a box
// x1, y1, x2, y2 in shares of the input's sides. Other single-shot detectors
// of that form, with any number of classes, are read alike.
type ultraFace struct {
	pointless
	pairs []pair
	width int // of a row of scores: the background and the classes
	size  Input
	least float32
}

func checkUltraFace(c *Config) error { return c.checkPairs() }

func newUltraFace(c Config, in Input, outputs []Output) (Decoder, error) {
	pairs, width, _, err := c.pairs(outputs, 0, 4)
	if err != nil {
		return nil, err
	}
	return &ultraFace{pairs: pairs, width: width, size: in, least: c.Score}, nil
}

func (d *ultraFace) Classes() int { return d.width - 1 }

func (d *ultraFace) Decode(dst []vision.Detection, outputs []Output) []vision.Detection {
	w, h := float32(d.size.Width), float32(d.size.Height)
	for _, p := range d.pairs {
		scores, boxes := outputs[p.score].Data, outputs[p.box].Data
		for i := range p.rows {
			class, s := classes{scores, i*d.width + 1, 1, d.width - 1}.best()
			if !(s >= d.least) || class < 0 {
				continue
			}
			b := boxes[4*i : 4*i+4]
			box := vision.Box{X1: b[0] * w, Y1: b[1] * h, X2: b[2] * w, Y2: b[3] * h}
			if box.Finite() && !box.Empty() {
				dst = append(dst, vision.Detection{Class: class, Score: unit(s), Box: box})
			}
		}
	}
	return dst
}
