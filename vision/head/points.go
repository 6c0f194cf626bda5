package head

import "github.com/ocellus-vision/ocellus/vision"

// pointArena hands out landmarks from blocks that are kept, so that a decoder
// allocates only until it has met its busiest picture. A block never moves:
// landmarks handed out stay where they are.
type pointArena struct {
	blocks      [][]vision.Point
	block, next int
}

const pointBlock = 1024

func (a *pointArena) take(n int) []vision.Point {
	if a.next+n > pointBlock {
		a.block, a.next = a.block+1, 0
	}
	if a.block == len(a.blocks) {
		a.blocks = append(a.blocks, make([]vision.Point, pointBlock))
	}
	p := a.blocks[a.block][a.next : a.next+n : a.next+n]
	a.next += n
	return p
}

// put keeps points that are given as x, y, x, y, ….
func (a *pointArena) put(xy []float32) []vision.Point {
	pts := a.take(len(xy) / 2)
	for k := range pts {
		pts[k] = vision.Point{X: xy[2*k], Y: xy[2*k+1]}
	}
	return pts
}

func (a *pointArena) reset() { a.block, a.next = 0, 0 }
