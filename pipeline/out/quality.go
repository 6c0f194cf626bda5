package out

import (
	"math"

	"github.com/ocellus-vision/ocellus/vision"
)

// A picture of an object is the better, the surer the detector is, the larger
// the object, and the sharper its edges. Each is a share of 1, and the quality
// is their product.
const (
	fullSide   = 256 // pixels of an object's mean side, above which it is large enough
	halfSharp  = 6   // mean second difference of the samples that counts as half sharp
	sharpLines = 24  // at which a picture is looked at
)

// sizeOf returns how large an object is, 0 to 1.
func sizeOf(b vision.Box) float32 {
	area := float64(b.Width()) * float64(b.Height())
	return float32(min(math.Sqrt(max(area, 0))/fullSide, 1))
}

// sharpness judges edges by their second differences, across and down.
type sharpness struct{ rows [3][]uint8 }

// of returns how sharp a part of a picture is, 0 to 1: the mean absolute
// Laplacian of green, s, as s/(s+halfSharp). Lines are looked at spread over
// the part, each pixel of them.
func (s *sharpness) of(src vision.Rows, part vision.Box) float32 {
	w, h := src.Size()
	x1, y1 := max(int(part.X1), 1), max(int(part.Y1), 1)
	x2, y2 := min(int(part.X2), w-1), min(int(part.Y2), h-1)
	if x2-x1 < 1 || y2-y1 < 1 {
		return 0
	}
	for i := range s.rows {
		s.rows[i] = resize(s.rows[i], w*3)
	}
	lines := min(y2-y1, sharpLines)
	sum := 0
	for i := range lines {
		y := y1 + i*(y2-y1)/lines
		for k := range s.rows {
			src.Row(s.rows[k], y-1+k)
		}
		up, at, down := s.rows[0], s.rows[1], s.rows[2]
		for x := x1; x < x2; x++ {
			g := x*3 + 1
			d := 4*int(at[g]) - int(at[g-3]) - int(at[g+3]) - int(up[g]) - int(down[g])
			sum += max(d, -d)
		}
	}
	mean := float32(sum) / float32(lines*(x2-x1))
	return mean / (mean + halfSharp)
}

// resize returns s with n elements, in its own memory where that is enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
