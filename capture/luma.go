package capture

// lumaSamples is how many samples of each row and of each column of a cell
// Luma looks at, at most: 16 a cell halve the noise twice, and more cost more
// than they tell.
const lumaSamples = 4

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
	offset, step := r.Format.luma()
	if step == 0 {
		return false
	}
	red := 0
	if r.Format == BGR {
		red = 2
	}
	g := lumaGrid{r: r, step: step, offset: offset, red: red}
	for y := range h {
		g.choose(y*r.H/h, (y+1)*r.H/h)
		for x := range w {
			dst[y*w+x] = g.cell(x*r.W/w, (x+1)*r.W/w)
		}
	}
	return true
}

// lumaGrid is a row of cells of a raster.
type lumaGrid struct {
	r            *Raster
	step, offset int                  // bytes from pixel to pixel, and to the first luma
	red          int                  // which of a pixel's three colours is red; blue is 2-red
	rows         [lumaSamples][]uint8 // that are looked at, from their first luma on
	n            int                  // how many
}

// choose takes the rows from top to bottom of the picture that are looked at.
func (g *lumaGrid) choose(top, bottom int) {
	p := &g.r.Planes[0]
	g.n = min(lumaSamples, bottom-top)
	for j := range g.n {
		g.rows[j] = p.Pix[(top+middle(j, bottom-top))*p.Stride+g.offset:]
	}
}

// middle returns where in a cell of n pixels its sample i lies: in the middle
// of the i-th of lumaSamples equal parts, or at pixel i where there are fewer.
func middle(i, n int) int {
	if n < lumaSamples {
		return i
	}
	return (2*i + 1) * n / (2 * lumaSamples)
}

// cell returns the brightness of the columns from left to right.
func (g *lumaGrid) cell(left, right int) uint8 {
	sum, nx := int32(0), min(lumaSamples, right-left)
	for i := range nx {
		at := (left + middle(i, right-left)) * g.step
		for _, row := range g.rows[:g.n] {
			if g.step == 3 {
				s := row[at : at+3 : at+3]
				sum += (77*int32(s[g.red]) + 150*int32(s[1]) + 29*int32(s[2-g.red]) + 128) >> 8
			} else {
				sum += int32(row[at])
			}
		}
	}
	return g.r.brightness(sum, int32(nx*g.n))
}

// brightness returns the mean of n samples, in the full range.
func (r *Raster) brightness(sum, n int32) uint8 {
	if r.Format == RGB || r.Format == BGR {
		return uint8((sum + n/2) / n)
	}
	k := r.matrix()
	return uint8(max(0, min(255, ((sum-k.Black*n)*(k.Gain/n)+1<<15)>>16)))
}
