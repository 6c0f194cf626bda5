package motion

import "math"

// flat is the mean square of the steps from cell to cell, in levels, below
// which a picture has no edges to speak of.
const flat = 4

// likeness returns the correlation of the steps from each cell to its right
// and its lower neighbour in two pictures w cells wide: near 1 for the same
// scene in whatever light, near 0 for another one. It is false for pictures
// without edges.
func likeness(back []float32, grid []uint8, w int) (float64, bool) {
	var bb, vv, bv float64
	for i := range len(grid) - w {
		v := float32(grid[i])
		if i%w < w-1 {
			b, d := float64(back[i+1]-back[i]), float64(float32(grid[i+1])-v)
			bb, vv, bv = bb+b*b, vv+d*d, bv+b*d
		}
		b, d := float64(back[i+w]-back[i]), float64(float32(grid[i+w])-v)
		bb, vv, bv = bb+b*b, vv+d*d, bv+b*d
	}
	if least := flat * float64(len(grid)); bb < least || vv < least {
		return 0, false
	}
	return bv / math.Sqrt(bb*vv), true
}
