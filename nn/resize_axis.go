package nn

import "math"

// source returns where output i of an axis lies among its inputs. roi is the
// operand of that name.
func (o *Resize) source(a *resizeAxis, i int, roi *Tensor, rois int) float64 {
	x, in := float64(i), float64(a.in)
	length := a.scale * in // resized, before rounding
	switch o.Coordinates {
	case "align_corners":
		if length == 1 {
			return 0
		}
		return x * (in - 1) / (length - 1)
	case "asymmetric":
		return x / a.scale
	case "tf_half_pixel_for_nn":
		return (x + 0.5) / a.scale
	case "pytorch_half_pixel":
		if length == 1 {
			return 0
		}
	case "half_pixel_symmetric":
		return in/2*(1-float64(a.out)/length) + (x+0.5)/a.scale - 0.5
	case "tf_crop_and_resize":
		start, end := 0.0, 1.0
		if a.roi >= 0 {
			start, end = roi.Float(a.roi), roi.Float(rois+a.roi)
		}
		if length == 1 {
			return (start + end) * (in - 1) / 2
		}
		return start*(in-1) + x*(end-start)*(in-1)/(length-1)
	}
	return (x+0.5)/a.scale - 0.5
}

// nearest returns the input that stands for position x, which may lie outside.
func (o *Resize) nearest(x float64) float64 {
	switch o.NearestMode {
	case "floor":
		return math.Floor(x)
	case "ceil":
		return math.Ceil(x)
	case "round_prefer_ceil":
		return math.Floor(x + 0.5)
	}
	return math.Ceil(x - 0.5)
}

// outside marks an output that takes the extrapolation value.
const outside = -1

// clampIndex returns the input nearest to position x. It is total: NaN, which
// a region of interest may hold, gives 0.
func clampIndex(x float64, n int) int32 {
	if !(x > 0) {
		return 0
	}
	return int32(min(x, float64(n-1)))
}

// fillNearest writes the input of every output of an axis.
func (o *Resize) fillNearest(a *resizeAxis, index []int32, roi *Tensor, rois int) {
	for i := range index {
		if !a.active {
			index[i] = int32(i)
			continue
		}
		x := o.source(a, i, roi, rois)
		index[i] = clampIndex(o.nearest(x), a.in)
		if o.extrapolated(a, x) {
			index[i] = outside
		}
	}
}

func (o *Resize) extrapolated(a *resizeAxis, x float64) bool {
	return o.Coordinates == "tf_crop_and_resize" && !(x >= 0 && x <= float64(a.in-1))
}

// fillTaps writes the inputs and weights of every output of an axis, a.taps
// for each.
func fillTaps[T Float](o *Resize, a *resizeAxis, index []int32, weights []T, roi *Tensor, rois int) {
	squeeze := 1.0 // distances shrink by the scale where a filter is widened
	if o.Antialias {
		squeeze = min(a.scale, 1)
	}
	for i := range a.out {
		x := o.source(a, i, roi, rois)
		idx, w := index[i*a.taps:][:a.taps], weights[i*a.taps:][:a.taps]
		if o.extrapolated(a, x) {
			idx[0] = outside
			continue
		}
		first := math.Ceil(x) - float64(a.taps/2)
		sum := 0.0
		for k := range idx {
			p := first + float64(k)
			idx[k] = clampIndex(p, a.in)
			v := o.kernel((p - x) * squeeze)
			if o.ExcludeOutside && (p < 0 || p > float64(a.in-1)) {
				v = 0
			}
			w[k] = T(v)
			sum += v
		}
		if (o.ExcludeOutside || squeeze < 1) && sum != 0 {
			for k := range w {
				w[k] = T(float64(w[k]) / sum)
			}
		}
	}
}

// kernel is the interpolation kernel at distance d: the triangle, or the cubic
// convolution of Keys (1981) with the coefficient a.
func (o *Resize) kernel(d float64) float64 {
	d = math.Abs(d)
	if o.Mode == "linear" {
		return max(0, 1-d)
	}
	a := float64(o.CubicCoeffA)
	switch {
	case d <= 1:
		return ((a+2)*d-(a+3))*d*d + 1
	case d < 2:
		return ((a*d-5*a)*d+8*a)*d - 4*a
	}
	return 0
}

// LinearAxis is linear interpolation along dimension Dim: output i is
// (1−Right[i])·x[Index[2i]] + Right[i]·x[Index[2i+1]].
type LinearAxis struct {
	Dim   int
	Index []int32
	Right []float64 // 0..1
}

// Linear returns the dimensions that change, the last first, if all that
// happens along each is interpolation between two inputs: not in other modes,
// not with a filter that is widened, and not with values from outside. in is
// what Infer has accepted.
func (o *Resize) Linear(in []Arg) (axes []LinearAxis, ok bool) {
	if o.Mode != "linear" || o.Coordinates == "tf_crop_and_resize" {
		return nil, false
	}
	g, err := o.geometry(in[0].Shape, constOf(in, 2), constOf(in, 3))
	if err != nil {
		return nil, false
	}
	for i := g.rank - 1; i >= 0; i-- {
		a := &g.axis[i]
		if !a.active {
			continue
		}
		if a.taps != 2 {
			return nil, false
		}
		l := LinearAxis{i, make([]int32, 2*a.out), make([]float64, a.out)}
		weights := make([]float64, 2*a.out)
		fillTaps(o, a, l.Index, weights, nil, g.rois)
		for j := range l.Right {
			l.Right[j] = weights[2*j+1]
			if math.Abs(weights[2*j]+weights[2*j+1]-1) > 1e-9 {
				return nil, false // exclude_outside has left nothing
			}
		}
		axes = append(axes, l)
	}
	return axes, true
}
