package capture

// lumaSamples is how many samples of each row and of each column of a cell
// Luma looks at, at most, by its binary logarithm: 16 a cell halve the noise
// twice, and more cost more than they tell.
const (
	lumaLog     = 2
	lumaSamples = 1 << lumaLog
)

// Luma writes the brightness of the picture as a grid of w×h cells into dst,
// row by row: each the mean of up to 16 samples spread over the cell, 0 for
// black to 255 for white whatever the range of the raster's samples. Luma is
// read where it lies; only RGB and BGR are weighted (ITU-R BT.601). It returns false,
// and writes nothing, for an MJPEG, which a Decoder turns into planes, and
// where dst is shorter than w*h or the picture has fewer pixels than cells
// either way.
func (r *Raster) Luma(dst []uint8, w, h int) bool {
	if w <= 0 || h <= 0 || len(dst) < w*h || r.W < w || r.H < h {
		return false
	}
	g, ok := r.grid(lumaLog)
	if !ok {
		return false
	}
	for y := range h {
		g.choose(y*r.H/h, (y+1)*r.H/h)
		for x := range w {
			dst[y*w+x] = r.brightness(g.sum(x*r.W/w, (x+1)*r.W/w))
		}
	}
	return true
}

// lumaGrid is a row of cells of a raster.
type lumaGrid struct {
	r            *Raster
	log          uint                 // of the samples of each row and column of a cell, at most
	step, offset int                  // bytes from pixel to pixel, and to the first luma
	red          int                  // which of a pixel's three colours is red; blue is 2-red
	rows         [lumaSamples][]uint8 // that are looked at, from their first luma on
	n            int                  // how many
}

// grid returns a grid of up to 1<<log samples each way in a cell, lumaSamples
// at most; false: the raster's luma does not lie where it could be read.
func (r *Raster) grid(log uint) (g lumaGrid, ok bool) {
	offset, step := r.Format.luma()
	g = lumaGrid{r: r, log: log, step: step, offset: offset}
	if r.Format == BGR {
		g.red = 2
	}
	return g, step > 0
}

// choose takes the rows from top to bottom of the picture that are looked at.
func (g *lumaGrid) choose(top, bottom int) {
	p := &g.r.Planes[0]
	g.n = min(1<<g.log, bottom-top)
	for j := range g.n {
		g.rows[j] = p.Pix[(top+g.middle(j, bottom-top))*p.Stride+g.offset:]
	}
}

// middle returns where in a cell of n pixels its sample i lies: in the middle
// of the i-th of 1<<log equal parts, or at pixel i where there are fewer.
func (g *lumaGrid) middle(i, n int) int {
	if n < 1<<g.log {
		return i
	}
	return (2*i + 1) * n >> (g.log + 1) // a division would take as long as all the rest
}

// sum returns the sum of n samples of the columns from left to right, as they
// lie. Colours are weighted.
func (g *lumaGrid) sum(left, right int) (sum, n int32) {
	nx := min(1<<g.log, right-left)
	for i := range nx {
		at := (left + g.middle(i, right-left)) * g.step
		for _, row := range g.rows[:g.n] {
			if g.step == 3 {
				s := row[at : at+3 : at+3]
				sum += (77*int32(s[g.red]) + 150*int32(s[1]) + 29*int32(s[2-g.red]) + 128) >> 8
			} else {
				sum += int32(row[at])
			}
		}
	}
	return sum, int32(nx * g.n)
}

// brightness returns the mean of n samples, in the full range.
func (r *Raster) brightness(sum, n int32) uint8 {
	if r.Format.coloured() {
		return uint8((sum + n/2) / n)
	}
	k := r.matrix()
	return uint8(max(0, min(255, ((sum-k.Black*n)*(k.Gain/n)+1<<15)>>16)))
}
