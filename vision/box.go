package vision

import (
	"encoding/json"
	"math"
)

// Point is a position in pixels. Its JSON form is [x, y].
type Point struct{ X, Y float32 }

// MarshalJSON writes [x, y].
func (p Point) MarshalJSON() ([]byte, error) { return json.Marshal([2]float32{p.X, p.Y}) }

// UnmarshalJSON reads [x, y].
func (p *Point) UnmarshalJSON(b []byte) error {
	var v [2]float32
	if err := unmarshalArray(b, v[:], "a point [x, y]"); err != nil {
		return err
	}
	*p = Point{v[0], v[1]}
	return nil
}

// Box is an axis-aligned rectangle in pixels, from its left upper corner
// (X1, Y1) to its right lower corner (X2, Y2). Its JSON form is
// [x1, y1, x2, y2]. A box is empty unless X1 < X2 and Y1 < Y2; NaN anywhere
// makes it empty as well, and an empty box has area 0 and overlaps nothing.
type Box struct{ X1, Y1, X2, Y2 float32 }

// MarshalJSON writes [x1, y1, x2, y2].
func (b Box) MarshalJSON() ([]byte, error) {
	return json.Marshal([4]float32{b.X1, b.Y1, b.X2, b.Y2})
}

// UnmarshalJSON reads [x1, y1, x2, y2].
func (b *Box) UnmarshalJSON(data []byte) error {
	var v [4]float32
	if err := unmarshalArray(data, v[:], "a box [x1, y1, x2, y2]"); err != nil {
		return err
	}
	*b = Box{v[0], v[1], v[2], v[3]}
	return nil
}

// BoxAround returns the box of width w and height h centred on (cx, cy).
func BoxAround(cx, cy, w, h float32) Box {
	return Box{cx - w/2, cy - h/2, cx + w/2, cy + h/2}
}

// Empty reports whether b covers nothing.
func (b Box) Empty() bool { return !(b.X1 < b.X2 && b.Y1 < b.Y2) }

// Finite reports whether no coordinate is infinite or NaN.
func (b Box) Finite() bool {
	return finite(b.X1) && finite(b.Y1) && finite(b.X2) && finite(b.Y2)
}

// finite compares rather than subtracts: arm64 fuses v-v with the product
// that v may come from, and what is left is not 0.
func finite(v float32) bool { return -math.MaxFloat32 <= v && v <= math.MaxFloat32 }

// Width returns X2-X1, which is negative for an inverted box.
func (b Box) Width() float32 { return b.X2 - b.X1 }

// Height returns Y2-Y1, which is negative for an inverted box.
func (b Box) Height() float32 { return b.Y2 - b.Y1 }

// Centre returns the middle of b.
func (b Box) Centre() Point { return Point{b.X1 + (b.X2-b.X1)/2, b.Y1 + (b.Y2-b.Y1)/2} }

// Area returns the area of b, 0 when it is empty.
func (b Box) Area() float32 { return float32(b.area()) }

// area is in float64 because the product of two float32 may exceed a float32.
func (b Box) area() float64 {
	if b.Empty() {
		return 0
	}
	return (float64(b.X2) - float64(b.X1)) * (float64(b.Y2) - float64(b.Y1))
}

// Intersect returns what b and o have in common, the zero Box if nothing.
func (b Box) Intersect(o Box) Box {
	if b.Empty() || o.Empty() {
		return Box{}
	}
	r := Box{max(b.X1, o.X1), max(b.Y1, o.Y1), min(b.X2, o.X2), min(b.Y2, o.Y2)}
	if r.Empty() {
		return Box{}
	}
	return r
}

// Union returns the smallest box that holds both b and o. An empty one adds
// nothing.
func (b Box) Union(o Box) Box {
	switch {
	case b.Empty() && o.Empty():
		return Box{}
	case b.Empty():
		return o
	case o.Empty():
		return b
	}
	return Box{min(b.X1, o.X1), min(b.Y1, o.Y1), max(b.X2, o.X2), max(b.Y2, o.Y2)}
}

// IoU returns the area that b and o share over the area they cover together
// (the Jaccard index), in 0..1.
func (b Box) IoU(o Box) float32 {
	w := float64(min(b.X2, o.X2)) - float64(max(b.X1, o.X1))
	h := float64(min(b.Y2, o.Y2)) - float64(max(b.Y1, o.Y1))
	if !(w > 0 && h > 0) {
		return 0
	}
	inter := w * h
	union := b.area() + o.area() - inter
	if !(union > 0) || math.IsInf(union, 0) {
		return 0
	}
	return float32(inter / union)
}

// DIoU returns IoU less the squared distance of the centres over the squared
// diagonal of the union, in -1..1 (Zheng et al., Distance-IoU Loss, 2020).
func (b Box) DIoU(o Box) float32 {
	if b.Empty() || o.Empty() || !b.Finite() || !o.Finite() {
		return 0
	}
	u := b.Union(o)
	w, h := float64(u.X2)-float64(u.X1), float64(u.Y2)-float64(u.Y1)
	dx := (float64(b.X1) + float64(b.X2) - float64(o.X1) - float64(o.X2)) / 2
	dy := (float64(b.Y1) + float64(b.Y2) - float64(o.Y1) - float64(o.Y2)) / 2
	return float32(float64(b.IoU(o)) - (dx*dx+dy*dy)/(w*w+h*h))
}

// Coverage returns the share of b's own area that lies in o, in 0..1.
func (b Box) Coverage(o Box) float32 {
	a := b.area()
	if !(a > 0) || math.IsInf(a, 0) {
		return 0
	}
	return float32(b.Intersect(o).area() / a)
}

// Clip returns the part of b inside bounds. Unlike Intersect it keeps a box
// that lies outside on the nearest edge, where its width or height is 0, and
// turns NaN into the left or upper edge, so that the result is always inside.
func (b Box) Clip(bounds Box) Box {
	return Box{
		clamp(b.X1, bounds.X1, bounds.X2), clamp(b.Y1, bounds.Y1, bounds.Y2),
		clamp(b.X2, bounds.X1, bounds.X2), clamp(b.Y2, bounds.Y1, bounds.Y2),
	}
}

// clamp returns v limited to lo..hi, and lo for NaN.
func clamp(v, lo, hi float32) float32 {
	if !(v > lo) {
		return lo
	}
	return min(v, hi)
}

// Contains reports whether p lies in b, the right and lower edge excluded.
func (b Box) Contains(p Point) bool {
	return p.X >= b.X1 && p.X < b.X2 && p.Y >= b.Y1 && p.Y < b.Y2
}

// Shift returns b moved by (dx, dy).
func (b Box) Shift(dx, dy float32) Box { return Box{b.X1 + dx, b.Y1 + dy, b.X2 + dx, b.Y2 + dy} }

// Scale returns b with its width and height multiplied about its centre.
func (b Box) Scale(fx, fy float32) Box {
	c := b.Centre()
	return BoxAround(c.X, c.Y, b.Width()*fx, b.Height()*fy)
}

// Square returns the square about b's centre whose side is b's longer side.
func (b Box) Square() Box {
	c, s := b.Centre(), max(b.Width(), b.Height())
	return BoxAround(c.X, c.Y, s, s)
}
