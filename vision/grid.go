package vision

import "math"

// grid finds the boxes near a box without looking at all of them. Boxes are
// put on levels by their longer side, to powers of two; on each, cells of half
// that side hold them by their centre, and a hash of the cell leads to its
// list. On a level with fewer boxes than cells to look into, all are looked at.
type grid struct {
	boxes  []Box
	cells  []cell
	head   []int32 // by hash: the last box put in, plus 1
	next   []int32 // by box: the one put in before it under the same hash, plus 1
	below  []int32 // by box: the one put in before it on the same level, plus 1
	levels [gridLevels]level
}

const gridLevels = 32

// firstLevel is the exponent of the smallest side told apart: 1/256 of a pixel.
const firstLevel = -8

type level struct {
	count    int
	last     int32   // the last box put in, plus 1
	min, max float64 // shortest and longest of the boxes' longer sides
}

type cell struct {
	x, y         int32
	class, level int
}

// reset empties g and prepares it for n boxes.
func (g *grid) reset(n int) {
	size := 16
	for size < 2*n {
		size *= 2
	}
	g.head = resize(g.head, size)
	clear(g.head)
	g.boxes, g.cells, g.next, g.below = g.boxes[:0], g.cells[:0], g.next[:0], g.below[:0]
	g.levels = [gridLevels]level{}
}

// add puts in the next box, which must be neither empty nor infinite.
func (g *grid) add(b Box, class int) {
	side := longerSide(b)
	l := min(max(math.Ilogb(side)-firstLevel, 0), gridLevels-1)
	lv := &g.levels[l]
	c := cell{cellAt(mid(b.X1, b.X2), l), cellAt(mid(b.Y1, b.Y2), l), class, l}
	h := &g.head[c.hash()&(len(g.head)-1)]
	g.boxes, g.cells = append(g.boxes, b), append(g.cells, c)
	g.next, g.below = append(g.next, *h), append(g.below, lv.last)
	i := int32(len(g.boxes))
	*h, lv.last = i, i
	if lv.count++; lv.count == 1 {
		lv.min, lv.max = side, side
	}
	lv.min, lv.max = min(lv.min, side), max(lv.max, side)
}

// near appends to dst every box of the class whose IoU with b can exceed t,
// each once, by its number in the order of add.
func (g *grid) near(dst []int32, b Box, class int, t float64) []int32 {
	side := longerSide(b)
	w, h := float64(b.X2)-float64(b.X1), float64(b.Y2)-float64(b.Y1)
	cx, cy := mid(b.X1, b.X2), mid(b.Y1, b.Y2)
	// A little slack, since the sums below are rounded and IoU is a float32.
	t = max(0, t*(1-1e-5)-1e-6)
	for l := range g.levels {
		lv := &g.levels[l]
		// The IoU of two boxes is at most the ratio of their sides.
		if lv.count == 0 || lv.max < t*side || side < t*lv.min {
			continue
		}
		rx, ry := reach(w, lv.max, t), reach(h, lv.max, t)
		x1, x2 := cellAt(cx-rx, l), cellAt(cx+rx, l)
		y1, y2 := cellAt(cy-ry, l), cellAt(cy+ry, l)
		if (float64(x2)-float64(x1)+1)*(float64(y2)-float64(y1)+1) >= float64(lv.count) {
			for i := lv.last; i > 0; i = g.below[i-1] {
				if g.cells[i-1].class == class {
					dst = append(dst, i-1)
				}
			}
			continue
		}
		for y := y1; y <= y2; y++ {
			for x := x1; x <= x2; x++ {
				c := cell{x, y, class, l}
				for i := g.head[c.hash()&(len(g.head)-1)]; i > 0; i = g.next[i-1] {
					if g.cells[i-1] == c {
						dst = append(dst, i-1)
					}
				}
			}
		}
	}
	return dst
}

// reach returns how far apart along an axis the centres can be of a box of
// width w and one of width up to most, when they share over t: what they share
// is then over t of the wider, so the distance is at most (w+v)/2 - t*max(w, v),
// which is largest for v as wide as can be or, from t = 1/2 on, for v = w.
func reach(w, most, t float64) float64 {
	v := most
	if t >= 0.5 {
		v = min(w, most)
	} else if t > 0 {
		v = min(most, w/t)
	}
	return ((w+v)/2 - t*max(w, v)) * (1 + 1e-6)
}

// hash mixes the fields of c by odd multipliers (after Fibonacci hashing).
func (c cell) hash() int {
	h := uint64(uint32(c.x))*0x9e3779b97f4a7c15 + uint64(uint32(c.y))*0xc2b2ae3d27d4eb4f +
		uint64(c.class)*0x165667b19e3779f9 + uint64(c.level)*0x27d4eb2f165667c5
	return int((h ^ h>>29) * 0xbf58476d1ce4e5b9 >> 33)
}

// cellAt returns the cell of level l, half its shortest side wide, that holds coordinate v. Beyond what an
// int32 counts all is one cell, which keeps the order of coordinates.
func cellAt(v float64, l int) int32 {
	perCell := math.Float64frombits(uint64(1024-l-firstLevel) << 52) // 2^(1-l-firstLevel)
	return int32(math.Floor(min(max(v*perCell, -1<<30), 1<<30)))
}

func longerSide(b Box) float64 {
	return max(float64(b.X2)-float64(b.X1), float64(b.Y2)-float64(b.Y1))
}

func mid(a, b float32) float64 { return (float64(a) + float64(b)) / 2 }
