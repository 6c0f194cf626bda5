package motion

// fit finds what light has done to the picture as a whole.
type fit struct {
	before, now [256]int // how many cells have each level
	delta       [511]int // how many have changed by so much, from -255
}

// Gains beyond these are no light, but another picture.
const minGain, maxGain = 0.25, 4

// find returns gain and offset such that most cells of grid are
// gain·background + offset, within tolerance levels. Of three guesses that
// with which most cells agree is taken (nothing changed; the median change;
// the gain between the quartiles of all levels), and made better twice by
// least squares over the cells that agree: what moves has no say.
func (f *fit) find(back []float32, grid []uint8, tolerance float32) (gain, offset float32) {
	f.count(back, grid)
	gain, offset = 1, 0
	most := agreeing(back, grid, gain, offset, tolerance)
	for _, guess := range [2][2]float32{{1, float32(rank(f.delta[:], len(grid)/2) - 255)}, f.quartiles(len(grid))} {
		if n := agreeing(back, grid, guess[0], guess[1], tolerance); n > most {
			most, gain, offset = n, guess[0], guess[1]
		}
	}
	for range 2 {
		gain, offset = refine(back, grid, gain, offset, tolerance)
	}
	return gain, offset
}

func (f *fit) count(back []float32, grid []uint8) {
	*f = fit{}
	for i, v := range grid {
		b := uint8(back[i] + 0.5)
		f.before[b]++
		f.now[v]++
		f.delta[255+int(v)-int(b)]++
	}
}

// rank returns the level that the k-th of all cells, in order, has.
func rank(counts []int, k int) int {
	for level, n := range counts {
		if k -= n; k < 0 {
			return level
		}
	}
	return len(counts) - 1
}

// quartiles returns the gain and offset that take the quartiles of the
// background to those of the grid.
func (f *fit) quartiles(n int) [2]float32 {
	b1, b3 := float32(rank(f.before[:], n/4)), float32(rank(f.before[:], n*3/4))
	v1, v3 := float32(rank(f.now[:], n/4)), float32(rank(f.now[:], n*3/4))
	if b3-b1 < 1 {
		return [2]float32{1, v1 - b1}
	}
	gain := min(maxGain, max(minGain, (v3-v1)/(b3-b1)))
	return [2]float32{gain, v1 - gain*b1}
}

// agreeing returns how many cells a gain and an offset explain.
func agreeing(back []float32, grid []uint8, gain, offset, tolerance float32) (n int) {
	for i, v := range grid {
		if explained(back[i], v, gain, offset, tolerance) {
			n++
		}
	}
	return n
}

func explained(b float32, v uint8, gain, offset, tolerance float32) bool {
	d := float32(v) - lit(b, gain, offset)
	return -tolerance <= d && d <= tolerance
}

// lit returns a level in another light. It compares where min and max would
// also look for NaN, which takes several times as long.
func lit(b, gain, offset float32) float32 {
	b = b*gain + offset
	if b < 0 {
		return 0
	}
	if b > 255 {
		return 255
	}
	return b
}

// refine returns the line of least squares through the cells that gain and
// offset explain. Cells that are all black or white say nothing about a gain.
func refine(back []float32, grid []uint8, gain, offset, tolerance float32) (float32, float32) {
	var n, sb, sv, sbb, sbv float64
	for i, v := range grid {
		b := back[i]
		if v < 2 || v > 253 || b < 2 || b > 253 || !explained(b, v, gain, offset, tolerance) {
			continue
		}
		x, y := float64(b), float64(v)
		n, sb, sv, sbb, sbv = n+1, sb+x, sv+y, sbb+x*x, sbv+x*y
	}
	if n < 16 {
		return gain, offset
	}
	mb, mv := sb/n, sv/n
	k := 1.0
	// A picture of next to one level tells an offset only.
	if spread := sbb/n - mb*mb; spread > 16 {
		k = min(maxGain, max(minGain, (sbv/n-mb*mv)/spread))
	}
	return float32(k), float32(mv - k*mb)
}
