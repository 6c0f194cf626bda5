package vision

import "math"

// Affine is a map of the plane: x' = XX·x + XY·y + X0, y' = YX·x + YY·y + Y0.
type Affine struct{ XX, XY, X0, YX, YY, Y0 float64 }

// Apply returns where p goes.
func (a Affine) Apply(p Point) Point {
	x, y := float64(p.X), float64(p.Y)
	return Point{float32(a.XX*x + a.XY*y + a.X0), float32(a.YX*x + a.YY*y + a.Y0)}
}

// Then returns the map that does a and then b.
func (a Affine) Then(b Affine) Affine {
	return Affine{
		b.XX*a.XX + b.XY*a.YX, b.XX*a.XY + b.XY*a.YY, b.XX*a.X0 + b.XY*a.Y0 + b.X0,
		b.YX*a.XX + b.YY*a.YX, b.YX*a.XY + b.YY*a.YY, b.YX*a.X0 + b.YY*a.Y0 + b.Y0,
	}
}

// Invert returns the map that undoes a. ok is false where there is none: where
// a takes the plane to a line or a point, or is of no numbers.
func (a Affine) Invert() (inverse Affine, ok bool) {
	d := a.XX*a.YY - a.XY*a.YX
	b := Affine{XX: a.YY / d, XY: -a.XY / d, YX: -a.YX / d, YY: a.XX / d}
	b.X0 = -(b.XX*a.X0 + b.XY*a.Y0)
	b.Y0 = -(b.YX*a.X0 + b.YY*a.Y0)
	return b, d != 0 && b.finite()
}

// Scale returns the square root of the factor by which the map multiplies
// areas; for a similarity, that by which it multiplies lengths.
func (a Affine) Scale() float64 { return math.Sqrt(math.Abs(a.XX*a.YY - a.XY*a.YX)) }

// Angle returns by how much the map turns the x axis towards the y axis (on
// the screen: clockwise), in radians, -π to π.
func (a Affine) Angle() float64 { return math.Atan2(a.YX, a.XX) }

func (a Affine) finite() bool {
	for _, v := range [...]float64{a.XX, a.XY, a.X0, a.YX, a.YY, a.Y0} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// FitSimilarity returns the similarity (turning, scaling and moving, without
// mirroring) that takes the points from nearest to the points to: the one with
// the least sum of squared distances (Umeyama, "Least-Squares Estimation of
// Transformation Parameters Between Two Point Patterns", 1991, which in the
// plane has a closed form). ok is false for fewer than two points, for lists of
// different lengths, and where the points of a list are all in one place or
// are no numbers.
func FitSimilarity(from, to []Point) (a Affine, ok bool) {
	if len(from) < 2 || len(from) != len(to) {
		return Affine{}, false
	}
	fx, fy := mean(from)
	tx, ty := mean(to)
	var dot, cross, spread float64 // Σ f·t, Σ f×t, Σ |f|²
	for i := range from {
		x, y := float64(from[i].X)-fx, float64(from[i].Y)-fy
		u, v := float64(to[i].X)-tx, float64(to[i].Y)-ty
		dot += x*u + y*v
		cross += x*v - y*u
		spread += x*x + y*y
	}
	c, s := dot/spread, cross/spread
	a = Affine{XX: c, XY: -s, X0: tx - c*fx + s*fy, YX: s, YY: c, Y0: ty - s*fx - c*fy}
	return a, a.finite() && a.Scale() > 0
}

func mean(ps []Point) (x, y float64) {
	for _, p := range ps {
		x += float64(p.X)
		y += float64(p.Y)
	}
	return x / float64(len(ps)), y / float64(len(ps))
}

// Reach returns the box in which a lands the rectangle from 0,0 to w,h.
func (a Affine) Reach(w, h float32) Box {
	p := a.Apply(Point{})
	b := Box{p.X, p.Y, p.X, p.Y}
	for _, c := range [...]Point{{w, 0}, {0, h}, {w, h}} {
		p = a.Apply(c)
		b = Box{min(b.X1, p.X), min(b.Y1, p.Y), max(b.X2, p.X), max(b.Y2, p.Y)}
	}
	return b
}
