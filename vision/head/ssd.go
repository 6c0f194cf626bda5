package head

import (
	"github.com/ocellus-vision/ocellus/vision"
)

// The head of Liu et al., "SSD: Single Shot MultiBox Detector" (2016): for
// each prior box, in the order of the layers, their cells along the rows and
// the anchors of a layer, the scores of the background and of the classes,
// and four offsets. A centre moves by offset · variance · the prior's size; a
// size grows by exp(offset · variance).
type ssd struct {
	pointless
	pairs    []pair
	width    int // of a row of scores
	priors   []prior
	variance [2]float32
	scores   ClassScores
	least    float32
	logit    float32 // of least
}

// prior is a box in pixels of the input.
type prior struct{ x, y, w, h float32 }

// maxPriors bounds the memory that a hostile configuration can ask for.
const maxPriors = 1 << 20

func checkSSD(c *Config) error {
	if err := c.checkPairs(); err != nil {
		return err
	}
	if err := c.checkLayers(); err != nil {
		return err
	}
	if v := c.Variances; len(v) != 2 || !(v[0] > 0 && v[1] > 0) || !finite(v...) {
		return c.bad("variances", "%v are not two positive numbers, of the centre and of the size", v)
	}
	return c.checkClassScores("", Plain, Sigmoid, Softmax)
}

func newSSD(c Config, in Input, outputs []Output) (Decoder, error) {
	pairs, width, total, err := c.pairs(outputs, 0, 4)
	if err != nil {
		return nil, err
	}
	n := 0
	for i, s := range c.Strides {
		n += newGrid(in, s).cells() * len(c.Anchors[i])
	}
	if n != total || n > maxPriors {
		return nil, c.bad(c.Boxes[0], "the boxes have shape %v, %d rows in all; strides %v with their anchors make %d on %d×%d pixels",
			outputs[pairs[0].box].Dims, total, c.Strides, n, in.Width, in.Height)
	}
	return &ssd{
		pairs: pairs, width: width, priors: priors(&c, in, n), variance: [2]float32(c.Variances),
		scores: c.ClassScores, least: c.Score, logit: logit(c.Score),
	}, nil
}

func priors(c *Config, in Input, n int) []prior {
	w, h := float32(in.Width), float32(in.Height)
	out := make([]prior, 0, n)
	for i, s := range c.Strides {
		g := newGrid(in, s)
		for cell := range g.cells() {
			col, row := g.at(cell)
			for _, a := range c.Anchors[i] {
				// The cells share the input evenly, as the paper has it, even
				// where the stride does not divide its sides.
				p := prior{(col + 0.5) / float32(g.cols) * w, (row + 0.5) / float32(g.rows) * h, a.W, a.H}
				if c.ClipAnchors {
					p.w, p.h = min(p.w, w), min(p.h, h)
				}
				out = append(out, p)
			}
		}
	}
	return out
}

func (d *ssd) Classes() int { return d.width - 1 }

func (d *ssd) Decode(dst []vision.Detection, outputs []Output) []vision.Detection {
	first := 0
	for _, p := range d.pairs {
		scores, boxes := outputs[p.score].Data, outputs[p.box].Data
		for i := range p.rows {
			class, s := d.classify(scores[i*d.width : (i+1)*d.width])
			if class < 0 || !(s >= d.least) {
				continue
			}
			if box, ok := d.box(&d.priors[first+i], (*[4]float32)(boxes[4*i:])); ok {
				dst = append(dst, vision.Detection{Class: class, Score: s, Box: box})
			}
		}
		first += p.rows
	}
	return dst
}

// classify returns the best class of a row and its score, -1 where it is
// below the least for certain.
func (d *ssd) classify(row []float32) (int, float32) {
	all := classes{row, 0, 1, d.width}
	class, v := classes{row, 1, 1, d.width - 1}.best()
	switch d.scores {
	case Sigmoid:
		if v < d.logit {
			return -1, 0
		}
	case Softmax:
		// The background alone leaves the class no more than the sigmoid of
		// their difference.
		if !(v-row[0] >= d.logit) {
			return -1, 0
		}
	}
	return class, all.score(d.scores, v)
}

func (d *ssd) box(p *prior, t *[4]float32) (vision.Box, bool) {
	return around(p.x+t[0]*d.variance[0]*p.w, p.y+t[1]*d.variance[0]*p.h,
		p.w*exp(t[2]*d.variance[1]), p.h*exp(t[3]*d.variance[1]))
}
