package loss

import "math"

// Overlap is how Boxes judges a box by the one that it should be. All have the
// IoU, the area that two boxes share over that which they cover together.
type Overlap int

const (
	// IoU is 1 - IoU, which says nothing of boxes that lie apart.
	IoU Overlap = iota
	// GIoU adds the share of the box around both that neither covers
	// (Rezatofighi et al., "Generalized intersection over union", 2019).
	GIoU
	// DIoU adds the squared distance of the centres over the squared diagonal of
	// the box around both (Zheng et al., "Distance-IoU loss", 2020).
	DIoU
	// CIoU adds to DIoU how different the aspect ratios are (ibid.). The weight
	// of that is differentiated too, which the paper does not.
	CIoU
)

// tiny keeps what is divided by from being 0, in squared units of the boxes.
const tiny = 1e-9

// Boxes is the loss of boxes [n 4], as x1, y1, x2, y2 in any unit, by those
// that they should be, weighted one by one (nil: all 1). Predicted boxes whose
// corners are in the wrong order have area 0. It fills grad and returns the
// mean over the sum of weights.
func Boxes[T Float](kind Overlap, boxes, want, weights, grad []T) float64 {
	n := len(boxes) / 4
	fits("boxes", len(boxes), 4*n)
	fits("want", len(want), 4*n)
	fits("grad", len(grad), 4*n)
	total := float64(n)
	if weights != nil {
		fits("weights", len(weights), n)
		total = 0
		for _, w := range weights {
			total += float64(w)
		}
	}
	clear(grad)
	if total == 0 {
		return 0
	}
	loss := 0.0
	for i := range n {
		w := 1 / total
		if weights != nil {
			w *= float64(weights[i])
		}
		var p, t [4]dual
		for c := range 4 {
			p[c], t[c] = variable(float64(boxes[4*i+c]), c), constant(float64(want[4*i+c]))
		}
		l := overlap(kind, p, t)
		loss += w * l.v
		for c, d := range l.d {
			grad[4*i+c] = T(w * d)
		}
	}
	return loss
}

func overlap(kind Overlap, p, t [4]dual) dual {
	zero := constant(0)
	side := func(b [4]dual, axis int) dual { return b[axis+2].sub(b[axis]).max(zero) }
	shared := func(axis int) dual { return p[axis+2].min(t[axis+2]).sub(p[axis].max(t[axis])).max(zero) }
	around := func(axis int) dual {
		return p[axis+2].max(t[axis+2]).sub(p[axis].min(t[axis])).max(zero)
	}
	inter := shared(0).mul(shared(1))
	union := side(p, 0).mul(side(p, 1)).add(side(t, 0).mul(side(t, 1))).sub(inter)
	iou := inter.div(union.add(constant(tiny)))
	loss := constant(1).sub(iou)
	if kind == IoU {
		return loss
	}
	w, h := around(0), around(1)
	if kind == GIoU {
		hull := w.mul(h)
		return loss.add(hull.sub(union).div(hull.add(constant(tiny))))
	}
	dx, dy := p[0].add(p[2]).sub(t[0]).sub(t[2]), p[1].add(p[3]).sub(t[1]).sub(t[3])
	diagonal := w.mul(w).add(h.mul(h)).add(constant(tiny))
	loss = loss.add(dx.mul(dx).add(dy.mul(dy)).times(0.25).div(diagonal))
	if kind == DIoU {
		return loss
	}
	aspect := func(b [4]dual) dual { return side(b, 0).div(side(b, 1).add(constant(tiny))).atan() }
	d := aspect(t).sub(aspect(p))
	v := d.mul(d).times(4 / (math.Pi * math.Pi))
	return loss.add(v.mul(v).div(constant(1).sub(iou).add(v).add(constant(tiny))))
}

// L1 is the sum over the coordinates of |x - want| of examples of size numbers
// each, such as the 4 of a box, weighted one by one (nil: all 1). It fills grad
// and returns the mean over the sum of weights.
func L1[T Float](x, want []T, size int, weights, grad []T) float64 {
	return regress(x, want, size, weights, grad, func(d float64) (float64, float64) { return math.Abs(d), sign(d) })
}

// Wing is for landmarks (Feng et al., "Wing loss for robust facial landmark
// localisation", 2018): width·ln(1 + |d|/curvature) below the width and the
// magnitude less a constant beyond it, so that small errors weigh more than
// with L1. width and curvature are in the unit of x: the paper has 10 and 2, of
// pixels. Otherwise as L1.
func Wing[T Float](x, want []T, size int, width, curvature float64, weights, grad []T) float64 {
	beyond := width - width*math.Log1p(width/curvature)
	return regress(x, want, size, weights, grad, func(d float64) (float64, float64) {
		if a := math.Abs(d); a < width {
			return width * math.Log1p(a/curvature), sign(d) * width / (curvature + a)
		}
		return math.Abs(d) - beyond, sign(d)
	})
}

// regress sums a function of the differences, which returns its value and its
// slope.
func regress[T Float](x, want []T, size int, weights, grad []T, f func(d float64) (loss, slope float64)) float64 {
	n := len(x) / size
	fits("x", len(x), n*size)
	fits("want", len(want), len(x))
	fits("grad", len(grad), len(x))
	total := float64(n)
	if weights != nil {
		fits("weights", len(weights), n)
		total = 0
		for _, w := range weights {
			total += float64(w)
		}
	}
	clear(grad)
	if total == 0 {
		return 0
	}
	loss := 0.0
	for i := range x {
		w := 1 / total
		if weights != nil {
			w *= float64(weights[i/size])
		}
		if w == 0 {
			continue
		}
		l, slope := f(float64(x[i]) - float64(want[i]))
		loss += w * l
		grad[i] = T(w * slope)
	}
	return loss
}
