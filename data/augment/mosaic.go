package augment

import (
	"errors"
	"math"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/vision"
)

// errMixed says that a change of several pictures is of no use for a sample.
var errMixed = errors.New("augmentation: mosaic is for sets of boxes: a picture of four has neither one class nor one list of landmarks")

// mosaic puts four pictures, s and three more, into the quarters about a point
// near the middle, each covering its quarter with its proportions kept
// (Bochkovskiy, Wang and Liao, YOLOv4, 2020).
func mosaic(s data.Sample, r *Rand, _ []float64, more More) (data.Sample, error) {
	if s.Label >= 0 || len(s.Points) > 0 {
		return s, errMixed
	}
	w, h := s.Image.W, s.Image.H
	out := data.Sample{Image: vision.NewImage(w, h), Label: -1}
	cx, cy := int(r.Between(0.3, 0.7)*float64(w)+0.5), int(r.Between(0.3, 0.7)*float64(h)+0.5)
	quarters := [4][4]int{{0, 0, cx, cy}, {cx, 0, w, cy}, {0, cy, cx, h}, {cx, cy, w, h}}
	first := r.Intn(4)
	for k := range quarters {
		part := s
		if k > 0 {
			var err error
			if part, err = more(r); err != nil {
				return s, err
			}
		}
		q := quarters[(first+k)%4]
		if q[2] <= q[0] || q[3] <= q[1] {
			continue
		}
		tile := covering(part, r, q[2]-q[0], q[3]-q[1])
		for y := range tile.Image.H {
			copy(out.Image.Pix[((q[1]+y)*w+q[0])*3:], tile.Image.Pix[y*tile.Image.W*3:][:tile.Image.W*3])
		}
		for _, o := range tile.Objects {
			o.Box = o.Box.Shift(float32(q[0]), float32(q[1]))
			out.Objects = append(out.Objects, o)
		}
	}
	return out, nil
}

// covering returns a part of s, as large as may be, as a picture of w×h.
func covering(s data.Sample, r *Rand, w, h int) data.Sample {
	m := s.Image
	scale := math.Max(float64(w)/float64(m.W), float64(h)/float64(m.H))
	x := r.Float() * (float64(m.W)*scale - float64(w))
	y := r.Float() * (float64(m.H)*scale - float64(h))
	return warp(s, vision.Affine{XX: scale, X0: -x, YY: scale, Y0: -y}, w, h)
}
