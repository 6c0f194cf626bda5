package zone

import (
	"fmt"
	"math"

	"github.com/ocellus-vision/ocellus/vision"
)

// MaxPoints bounds the points of a polygon.
const MaxPoints = 256

// Polygon is a closed outline without holes; the last point joins the first.
// Coordinates are shares of the picture's width and height, 0 to 1.
type Polygon struct {
	Name   string
	Points []vision.Point
}

// Validate returns an *ErrShape unless p has 3 to MaxPoints points within 0 to
// 1, covers something and no two of its sides meet except neighbours where
// they join.
func (p *Polygon) Validate() error {
	n := len(p.Points)
	switch {
	case n < 3:
		return p.wrong(TooFewPoints, -1, fmt.Sprintf("%d points are no polygon", n), "give at least 3")
	case n > MaxPoints:
		return p.wrong(TooManyPoints, -1, fmt.Sprintf("%d points", n), fmt.Sprintf("give at most %d", MaxPoints))
	}
	for i, q := range p.Points {
		if !within(q) {
			return p.wrong(Outside, i, fmt.Sprintf("point %d, (%v, %v), is outside of the picture", i, q.X, q.Y),
				"give shares of its width and height, 0 to 1, not pixels")
		}
	}
	for i := range n {
		if p.Points[i] == p.Points[(i+1)%n] {
			return p.wrong(SelfIntersecting, i, fmt.Sprintf("points %d and %d are the same", i, (i+1)%n), "leave one out; the last joins the first by itself")
		}
	}
	if i, j := p.crossing(); i >= 0 {
		return p.wrong(SelfIntersecting, i, fmt.Sprintf("side %d (from point %d) and side %d (from point %d) meet", i, i, j, j), "give the points in the order of the outline")
	}
	if math.Abs(p.area()) < minArea {
		return p.wrong(NoArea, -1, "it covers nothing", "give points that do not lie on one line")
	}
	return nil
}

// minArea is a tenth of a pixel of a picture of 4K.
const minArea = 1e-8

func (p *Polygon) wrong(r Reason, point int, why, cure string) error {
	return &ErrShape{Shape: fmt.Sprintf("polygon %q", p.Name), Reason: r, Point: point, Why: why, Cure: cure}
}

func within(p vision.Point) bool { return p.X >= 0 && p.X <= 1 && p.Y >= 0 && p.Y <= 1 }

// area is signed: above 0 where the points go clockwise as seen (y downwards).
func (p *Polygon) area() (sum float64) {
	n := len(p.Points)
	for i, a := range p.Points {
		b := p.Points[(i+1)%n]
		sum += float64(a.X)*float64(b.Y) - float64(b.X)*float64(a.Y)
	}
	return sum / 2
}

// crossing returns two sides that meet, -1 if there are none. Neighbours meet
// if one folds back onto the other.
func (p *Polygon) crossing() (int, int) {
	n := len(p.Points)
	for i := range n {
		a, b := p.Points[i], p.Points[(i+1)%n]
		for j := i + 1; j < n; j++ {
			c, d := p.Points[j], p.Points[(j+1)%n]
			switch {
			case j == i+1:
				if foldsBack(a, b, d) {
					return i, j
				}
			case (j+1)%n == i:
				if foldsBack(c, a, b) {
					return j, i
				}
			case meet(a, b, c, d):
				return i, j
			}
		}
	}
	return -1, -1
}

// foldsBack reports whether the way a, b, c turns back onto itself at b.
func foldsBack(a, b, c vision.Point) bool {
	return side(a, b, c) == 0 && float64(a.X-b.X)*float64(c.X-b.X)+float64(a.Y-b.Y)*float64(c.Y-b.Y) > 0
}

// side is above 0 where c lies to the right of the way from a to b as seen (y
// downwards), below 0 to the left, 0 on its line. It is twice the area of the
// triangle.
func side(a, b, c vision.Point) float64 {
	return (float64(b.X)-float64(a.X))*(float64(c.Y)-float64(a.Y)) - (float64(b.Y)-float64(a.Y))*(float64(c.X)-float64(a.X))
}

// meet reports whether the segments a–b and c–d have a point in common, ends
// included.
func meet(a, b, c, d vision.Point) bool {
	s1, s2, s3, s4 := sign(side(a, b, c)), sign(side(a, b, d)), sign(side(c, d, a)), sign(side(c, d, b))
	if s1 != s2 && s3 != s4 {
		return true
	}
	return s1 == 0 && between(a, b, c) || s2 == 0 && between(a, b, d) || s3 == 0 && between(c, d, a) || s4 == 0 && between(c, d, b)
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// between reports whether c, on the line through a and b, lies between them.
func between(a, b, c vision.Point) bool {
	return min(a.X, b.X) <= c.X && c.X <= max(a.X, b.X) && min(a.Y, b.Y) <= c.Y && c.Y <= max(a.Y, b.Y)
}

// Contains reports whether q lies in p or on its outline.
func (p *Polygon) Contains(q vision.Point) bool {
	in, n := false, len(p.Points)
	for i, a := range p.Points {
		b := p.Points[(i+1)%n]
		if side(a, b, q) == 0 && between(a, b, q) {
			return true
		}
		// A ray to the right crosses this side (even-odd rule); of a point
		// shared by two sides only the upper counts.
		if (a.Y > q.Y) != (b.Y > q.Y) && (side(a, b, q) < 0) == (b.Y > a.Y) {
			in = !in
		}
	}
	return in
}

// Distance returns how far q is from the outline of p, whichever side of it.
func (p *Polygon) Distance(q vision.Point) float64 {
	best, n := math.Inf(1), len(p.Points)
	for i, a := range p.Points {
		best = min(best, toSegment(a, p.Points[(i+1)%n], q))
	}
	return best
}

// toSegment returns the distance of q from the segment a–b.
func toSegment(a, b, q vision.Point) float64 {
	ax, ay := float64(a.X), float64(a.Y)
	dx, dy := float64(b.X)-ax, float64(b.Y)-ay
	px, py := float64(q.X)-ax, float64(q.Y)-ay
	if l := dx*dx + dy*dy; l > 0 {
		k := max(0, min(1, (px*dx+py*dy)/l))
		px, py = px-k*dx, py-k*dy
	}
	return math.Hypot(px, py)
}
